// How many texts a page has, and those that are not told from what they stand on: 4.5 to 1 (WCAG 2.2, 1.4.3).
() => {
  const rgba = (text) => {
    const [red, green, blue, alpha] = text.match(/[\d.]+/g).map(Number);
    return [red, green, blue, alpha ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((part) => top[3] * top[part] + (1 - top[3]) * below[part]).concat(1);
  const groundOf = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.push(rgba(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((part) => part / 255).map((share) =>
      share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const opacity = (element) => element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const poor = [];
  let read = 0;
  const judge = (element, ink, text) => {
    const ground = groundOf(element);
    const found = contrast(over([...ink.slice(0, 3), ink[3] * opacity(element)], ground), ground);
    read += 1;
    if (found < 4.5) poor.push(`${text} (${element.className}): ${found.toFixed(2)}`);
  };
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const isSeen = node.textContent.trim() && element.checkVisibility({ visibilityProperty: true });
    const ink = rgba(getComputedStyle(element).color);
    if (isSeen && !element.closest(":disabled")) judge(element, ink, node.textContent.trim());
  }
  for (const field of document.querySelectorAll("[placeholder]")) {
    const style = getComputedStyle(field, "::placeholder");
    const ink = rgba(style.color);
    judge(field, [...ink.slice(0, 3), ink[3] * Number(style.opacity)], field.placeholder);
  }
  return [read, poor];
}
