import type { ServerResponse } from "node:http";
import type { Html } from "./html.ts";

/** The parts of a page that change by themselves, by the id of the element that holds them. */
export type Fragments = Readonly<Record<string, Html>>;

interface Subscriber {
  readonly response: ServerResponse;
  readonly render: () => Promise<Fragments>;
  readonly sent: Map<string, string>;
  isBusy: boolean;
}

const everyMs = 1000;
/** So that proxies don't take a quiet stream for a dead one. */
const quietMs = 15_000;
/** A reader that takes nothing for so long is gone. */
const maxUnread = 1 << 20;

/**
 * Server-sent events: every second each open page gets the parts of it that changed, rendered as the page itself was. What
 * they are rendered from is read once for all.
 */
export class LiveFeed {
  readonly #subscribers = new Set<Subscriber>();
  #timer: NodeJS.Timeout | undefined;
  #quietAt = 0;

  get size(): number {
    return this.#subscribers.size;
  }

  /** Takes the response over until the browser leaves or `signal` ends it. */
  subscribe(response: ServerResponse, render: Subscriber["render"], signal: AbortSignal | undefined): void {
    const subscriber: Subscriber = { response, render, sent: new Map(), isBusy: false };
    this.#subscribers.add(subscriber);
    response.write("retry: 2000\n\n");
    const leave = (): void => {
      this.#subscribers.delete(subscriber);
      response.end();
      if (this.#subscribers.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
    response.once("close", leave);
    signal?.addEventListener("abort", leave, { once: true });
    this.#timer ??= setInterval(() => this.#tick(), everyMs);
    void this.#send(subscriber);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { response } of this.#subscribers) response.end();
    this.#subscribers.clear();
  }

  #tick(): void {
    const isQuiet = Date.now() - this.#quietAt > quietMs;
    if (isQuiet) this.#quietAt = Date.now();
    for (const subscriber of this.#subscribers) {
      if (isQuiet) subscriber.response.write(": here\n\n");
      void this.#send(subscriber);
    }
  }

  async #send(subscriber: Subscriber): Promise<void> {
    const { response, render, sent } = subscriber;
    if (subscriber.isBusy) return;
    if (response.writableLength > maxUnread) {
      response.destroy();
      return;
    }
    subscriber.isBusy = true;
    try {
      const changed: Record<string, string> = {};
      for (const [id, fragment] of Object.entries(await render())) {
        const text = fragment.toString();
        if (sent.get(id) === text) continue;
        sent.set(id, text);
        changed[id] = text;
      }
      if (Object.keys(changed).length > 0) response.write(`data: ${JSON.stringify(changed)}\n\n`);
    } catch {
      // A store that is away for a moment: the page stays as it is, and the next second may know more.
    } finally {
      subscriber.isBusy = false;
    }
  }
}
