// The paths of an outlook: probabilities under any odds of the forks, and the tree they make. Pure arithmetic, no drawing.
//
//   P(path) = Π over its branches of the odds of the branch;   E = Σ P(path) · worth(path)

/** {fork: {branch: p}} of the outlook as worked out. */
export const givenOdds = (result) => Object.fromEntries(Object.entries(result.odds).map(([f, own]) => [f, Object.fromEntries(Object.entries(own).map(([b, span]) => [b, span[1]]))]));

/** Move one branch to `p`; the others of its fork share what is left in proportion. */
export function moved(odds, fork, branch, p) {
  const own = odds[fork];
  const rest = Object.entries(own).filter(([b]) => b !== branch);
  const total = rest.reduce((sum, [, x]) => sum + x, 0);
  const value = Math.max(0, Math.min(1, p));
  const next = Object.fromEntries(rest.map(([b, x]) => [b, total > 0 ? (x / total) * (1 - value) : (1 - value) / rest.length]));
  return { ...odds, [fork]: Object.fromEntries(Object.keys(own).map((b) => [b, b === branch ? value : next[b]])) };
}

/** Shares that sum to 1 in whole percents that sum to 100: by the largest remainders, the earlier of two alike first. */
export function wholePercents(shares) {
  const exact = shares.map((x) => 100 * x);
  const down = exact.map((x) => Math.floor(x + 1e-9));
  const left = 100 - down.reduce((sum, n) => sum + n, 0);
  const order = exact.map((_, k) => k).sort((a, b) => (exact[b] - down[b]) - (exact[a] - down[a]) || a - b);
  const up = new Set(order.slice(0, Math.max(0, left)));
  return down.map((n, k) => n + (up.has(k) ? 1 : 0));
}

/**
 * Every path with its probability under `odds`, probabilities of the scenarios with the whole percent each is printed with (the
 * server's where the odds are its own), and what to expect for each code in focus.
 */
export function reckon(result, odds) {
  const at = new Map();
  for (const fork of result.tree.forks) for (const b of fork.branches) at.set(b.id, odds[fork.id][b.id]);
  const leaves = result.tree.leaves.map((leaf) => ({ ...leaf, p: leaf.path.reduce((p, b) => p * at.get(b), 1) }));
  const scenarios = {};
  const expected = Object.fromEntries(result.focus.map((c) => [c, 0]));
  for (const leaf of leaves) {
    scenarios[leaf.scenario] = (scenarios[leaf.scenario] ?? 0) + leaf.p;
    result.focus.forEach((c, k) => { expected[c] += leaf.p * leaf.worth[k]; });
  }
  const names = result.scenarios.map((x) => x.scenario);
  const whole = wholePercents(names.map((n) => scenarios[n] ?? 0));
  const percents = Object.fromEntries(names.map((n, k) => [n, whole[k]]));
  return { leaves, scenarios, percents, expected };
}

/** Expected worth of `code` if a branch is taken, and the probability that it is. */
export function ifTaken(result, reckoned, branch, code) {
  const k = result.focus.indexOf(code);
  let mass = 0;
  let sum = 0;
  for (const leaf of reckoned.leaves) {
    if (!leaf.path.includes(branch)) continue;
    mass += leaf.p;
    sum += leaf.p * leaf.worth[k];
  }
  return { p: mass, worth: mass > 0 ? sum / mass : null };
}

/**
 * The tree of the talks: forks that stand apart (a court, a duty) summed over. Nodes {branch, fork, path, p, scenario, children},
 * `column` the place of its fork's date among the dates.
 */
export function treeOf(result, reckoned) {
  const forks = new Map();
  const owner = new Map();
  for (const fork of result.tree.forks) for (const b of fork.branches) { owner.set(b.id, fork); forks.set(fork.id, fork); }
  const inside = [...forks.values()].filter((f) => !f.independent);
  const dates = [...new Set(inside.map((f) => f.date))].sort();
  const root = { children: new Map(), p: 0, path: [] };
  for (const leaf of reckoned.leaves) {
    let node = root;
    root.p += leaf.p;
    for (const b of leaf.path.filter((x) => !owner.get(x).independent)) {
      const fork = owner.get(b);
      if (!node.children.has(b)) {
        const branch = fork.branches.find((x) => x.id === b);
        node.children.set(b, { branch, fork, column: dates.indexOf(fork.date), path: [...node.path, b], p: 0, scenario: branch.counts_as ?? node.scenario ?? "status-quo", children: new Map(), up: node });
      }
      node = node.children.get(b);
      node.p += leaf.p;
    }
  }
  return { root, dates, forks: inside, apart: [...forks.values()].filter((f) => f.independent) };
}
