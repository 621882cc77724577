// From lives to rows: which bars lie in which row and lane, or how many tasks there were where bars would not fit.

const ROWS_AT_MOST = 40;
const LANES_AT_MOST = 6;

function rowsOf(lives, by) {
  const rows = rowsBy(lives, (life) => (by === "node" ? life.node || "no node yet" : life.row));
  const laned = rows.map(([key, found]) => ({ key, lives: found, lanes: inLanes(found, by) }));
  const isCrowded = rows.length > ROWS_AT_MOST || laned.some((row) => lanesOf(row) > LANES_AT_MOST);
  if (!isCrowded) return { isCounted: false, rows: laned };
  const groups = by === "node" ? rows : rowsBy(lives, (life) => life.service);
  return { isCounted: true, rows: groups.map(([key, found]) => ({ key, lives: found })) };
}

function lanesOf(row) {
  return 1 + Math.max(0, ...row.lanes.values());
}

// In a slot by turns above and below, so that one sees one task replace another; on a node wherever there is room. No
// bar lies on another one: where both lanes of a slot are taken, there is a third. The static picture does the same
// (swarmlab/plots/timeline.py).
function inLanes(lives, by) {
  const lanes = new Map();
  const ends = by === "node" ? [] : [-Infinity, -Infinity];
  const ordered = [...lives].sort((one, other) => one.stays[0].since - other.stays[0].since);
  ordered.forEach((life, place) => {
    const isFree = (lane) => ends[lane] <= life.stays[0].since;
    const free = ends.findIndex((_, lane) => isFree(lane));
    const turn = by !== "node" && isFree(place % 2) ? place % 2 : free;
    const lane = turn < 0 ? ends.length : turn;
    ends[lane] = life.end ?? Infinity;
    lanes.set(life, lane);
  });
  return lanes;
}

// For each service, how many of its tasks are active from each moment on: [[moment, number], ...].
function countsOf(lives) {
  return rowsBy(lives, (life) => life.service).map(([service, found]) => {
    const changes = found.flatMap((life) => [[life.stays[0].since, 1], ...(life.end === null ? [] : [[life.end, -1]])]);
    changes.sort(([one], [other]) => one - other);
    let number = 0;
    return [service, changes.map(([moment, change]) => [moment, (number += change)])];
  });
}

function numberAt(steps, moment) {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle][0] <= moment) low = middle + 1;
    else high = middle;
  }
  return low ? steps[low - 1][1] : 0;
}

// `5 running, 1 failed`: what there is at a moment, in words.
function wordsAt(lives, moment) {
  const words = lives.map((life) => stayAt(life, moment)?.word).filter(Boolean);
  const counts = rowsBy(words, (word) => word).map(([word, found]) => `${found.length} ${word}`);
  return counts.join(", ") || "no task";
}
