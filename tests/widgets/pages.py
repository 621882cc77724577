"""A widget alone on a page of a real browser, in a theme of JupyterLab's: what its JavaScript makes of its traits.

No kernel, no JupyterLab: what the page would hear from a kernel, a test says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jupyterlab
from playwright.sync_api import Page, sync_playwright

from swarmlab.widgets.element import Element
from tests.needs import find_browser

THEMES = {
    sheet.parent.name.removeprefix("theme-").removesuffix("-extension"): sheet
    for sheet in sorted((Path(jupyterlab.__file__).parent / "themes" / "@jupyterlab").glob("*/index.css"))
}
MODEL = """
class Model {
  constructor(traits) { this.traits = traits; this.sent = []; this.heard = new Map(); }
  get(name) { return this.traits[name]; }
  set(name, value) { this.traits[name] = value; this.trigger(`change:${name}`); }
  save_changes() {}
  send(message) { this.sent.push(message); }
  on(name, hear) { this.heard.set(name, [...(this.heard.get(name) ?? []), hear]); }
  off(name, hear) { this.heard.set(name, (this.heard.get(name) ?? []).filter((each) => each !== hear)); }
  trigger(name, ...told) { for (const hear of this.heard.get(name) ?? []) hear(...told); }
}
"""
EMPTY = '<!doctype html><body style="margin: 8px; background: var(--jp-layout-color1)"><main></main></body>'
SHOW = """
async ([script, traits, place]) => {
  const made = (await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })))).default;
  const widget = typeof made === "function" ? await made() : made;
  const [model, el] = [new Model(traits), document.createElement("div")];
  document.querySelector(place).append(el);
  await widget.initialize?.({ model });
  await widget.render({ model, el });
  window.models.push(model);
}
"""


@contextmanager
def page_in(theme: str, *, width: int = 1280, height: int = 800) -> Iterator[Page]:
    """An empty page; what goes wrong on it is raised at its end."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_content(EMPTY)
        page.add_style_tag(content=THEMES[theme].read_text())
        page.add_script_tag(content=f"{MODEL} window.Model = Model; window.models = [];")
        yield page
        browser.close()
    assert complaints == []


def show(page: Page, kind: type[Element], traits: Mapping[str, Any], place: str = "main") -> None:
    """Show a widget with these traits; the page has its model in `models`."""
    page.add_style_tag(content=str(kind._css))
    page.evaluate(SHOW, [str(kind._esm), dict(traits), place])
