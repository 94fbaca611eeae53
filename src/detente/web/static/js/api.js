// Talking to the server: JSON in and out, errors in words, long work as jobs that report progress and can be cancelled.

import { handsOff } from "./hands.js";

const BASE = "api/v1";

/** An answer that says no: `message` is meant for the reader, `where` names the place in what was sent, if known. */
export class ApiError extends Error {
  constructor(message, { status = 0, name = "error", where = null } = {}) {
    super(message);
    this.status = status;
    this.kind = name;
    this.where = where;
  }
}

async function fail(response) {
  let body = {};
  try { body = await response.json(); } catch { /* not JSON: the status says enough */ }
  const words = {
    401: "This server asks for its token: reload the page to sign in.",
    413: "That is larger than this server accepts.",
    429: "The server is busy with other requests; try again in a moment.",
    503: "The server is busy; try again in a moment.",
    504: "That took longer than this server allows.",
  };
  const detail = Array.isArray(body.detail) ? body.detail.map((d) => d.msg).join("; ") : body.detail;
  const message = (response.status === 401 ? words[401] : "") || body.message || detail || words[response.status] || `The server answered with status ${response.status}.`;
  return new ApiError(String(message), { status: response.status, name: body.error, where: body.where ?? null });
}

async function call(method, path, { body, signal } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(`${BASE}${path}`, {
      method, headers, signal, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. Is it still running?", { name: "unreachable" });
  }
  if (!response.ok) throw await fail(response);
  return response;
}

/** What the server says, told when the reader holds nothing down: the page is drawn of it. */
export async function told(response, signal) {
  const found = await response.json();
  await handsOff();
  signal?.throwIfAborted();
  return found;
}

export const get = async (path, options) => told(await call("GET", path, options), options?.signal);
export const post = async (path, body, options) => told(await call("POST", path, { ...options, body }), options?.signal);

/** A file from the server: {name, blob}. */
export async function download(path, body) {
  const response = await call(body === undefined ? "GET" : "POST", path, { body });
  const named = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
  return { name: named ? named[1].replace(/[^\w.-]/g, "_") : path.split("/").pop(), blob: await response.blob() };
}

const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(new DOMException("cancelled", "AbortError")); }, { once: true });
  });

/** What has become of a job. A server that does not answer is asked again: it goes on with its work when it is back. */
async function ask(job, signal) {
  try {
    return { ...job, message: "", ...(await get(`/jobs/${encodeURIComponent(job.id)}`, { signal })) };
  } catch (error) {
    if (error.kind !== "unreachable") throw error;
    return { ...job, message: "The server does not answer; trying again", eta_s: null };
  }
}

/**
 * Long work on the server. Starts (or finds) the job, reports {id, status, progress (0 to 1), eta_s} to `onProgress`, and
 * resolves to {id, result, files (names, at /jobs/{id}/files/{name})}. An abort of `signal` cancels the job on the server too and rejects with AbortError.
 */
export async function startJob(kind, state, args = {}, onProgress = () => undefined, signal = undefined) {
  let job = await post("/jobs", { kind, state, arguments: args }, { signal });
  try {
    for (let wait = 200; ; wait = Math.min(1500, wait * 1.4)) {
      onProgress(job);
      if (job.status !== "queued" && job.status !== "running") break;
      await pause(wait, signal);
      job = await ask(job, signal);
    }
  } catch (error) {
    if (error.name === "AbortError") await call("DELETE", `/jobs/${encodeURIComponent(job.id)}`).catch(() => undefined);
    throw error;
  }
  if (job.status === "failed") throw new ApiError(job.error || job.message || "The work failed.", { name: "job" });
  if (job.status === "cancelled") throw new DOMException("cancelled", "AbortError");
  const name = encodeURIComponent(job.id);
  const files = job.files ?? (await get(`/jobs/${name}`, { signal })).files ?? [];
  return { id: job.id, result: await get(`/jobs/${name}/result`, { signal }), files };
}
