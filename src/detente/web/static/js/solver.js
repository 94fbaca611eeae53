// Answers while a lever moves. A request waits until nothing has moved for `wait` ms, or, in a long drag, goes out at least
// every `most` ms; once the lever rests, an older request is aborted. An answer older than the one shown is never shown.

/** `ask(state, signal)` → answer; `on` = {busy(), answer(answer, state), error(error, state)}. */
export function createSolver(ask, on, { wait = 80, most = 240, keep = 80 } = {}) {
  const known = new Map(); // state as text → answer
  let serial = 0; // of the newest wish
  let shown = 0; // of the answer on the page
  let timer = 0;
  let lastSent = 0;
  let running = null; // {controller, serial}
  let wish = null; // the newest wish as text, until it is answered

  function remember(key, answer) {
    known.delete(key);
    known.set(key, answer);
    if (known.size > keep) known.delete(known.keys().next().value);
  }

  async function send(state, mine) {
    running?.controller.abort();
    const key = JSON.stringify(state);
    const controller = new AbortController();
    const self = { controller, serial: mine };
    running = self;
    lastSent = performance.now();
    try {
      const answer = await ask(state, controller.signal);
      remember(key, answer);
      if (key === wish) wish = null;
      if (mine > shown) {
        shown = mine;
        on.answer(answer, state, mine === serial);
      }
    } catch (error) {
      if (error.name !== "AbortError" && mine === serial) {
        wish = null;
        on.error(error, state);
      }
    } finally {
      if (running === self) running = null;
    }
  }

  return {
    /** The reader wants this state answered. */
    want(state) {
      const key = JSON.stringify(state);
      if (key === wish) return; // asked for already
      serial += 1;
      const mine = serial;
      clearTimeout(timer);
      const ready = known.get(key);
      if (ready) {
        wish = null;
        running?.controller.abort();
        running = null;
        shown = mine;
        on.answer(ready, state, true);
        return;
      }
      wish = key;
      on.busy();
      if (performance.now() - lastSent > most && !running) send(state, mine);
      else timer = setTimeout(() => send(state, mine), wait);
    },
  };
}
