import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  ControllerHandlerReturnType,
  IServerAdapter,
  UIConfig,
} from "@bull-board/api/typings/app";

interface Route {
  readonly methods: readonly string[];
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: AppControllerRoute["handler"];
}

/**
 * Bull Board's routes as functions, so that one address can be served by several boards. Its own adapter for fastify ties
 * a board to a prefix, and brings a template engine that asks for a newer Node.
 */
export class BoardRoutes implements IServerAdapter {
  #queues: BullBoardQueues = new Map();
  #routes: readonly Route[] = [];
  #entry: AppViewRoute | undefined;
  #uiConfig: UIConfig = {};
  #onError: (error: Error) => ControllerHandlerReturnType = ({ message }) => ({ status: 500, body: { message } });

  setQueues(queues: BullBoardQueues): this {
    this.#queues = queues;
    return this;
  }

  setViewsPath(): this {
    return this;
  }

  setStaticPath(): this {
    return this;
  }

  setEntryRoute(entry: AppViewRoute): this {
    this.#entry = entry;
    return this;
  }

  setErrorHandler(handler: (error: Error) => ControllerHandlerReturnType): this {
    this.#onError = handler;
    return this;
  }

  setApiRoutes(routes: AppControllerRoute[]): this {
    this.#routes = routes.flatMap(({ method, route, handler }) =>
      [route].flat().map((path) => {
        const names = Array.from(path.matchAll(/:(\w+)/g), ([, name = ""]) => name);
        const methods = [method].flat().map((name) => name.toUpperCase());
        return { methods, names, handler, pattern: new RegExp(`^${path.replace(/:\w+/g, "([^/]+)")}$`) };
      }),
    );
    return this;
  }

  setUIConfig(config: UIConfig): this {
    this.#uiConfig = config;
    return this;
  }

  /** What its page is filled in with. */
  entry(basePath: string): Readonly<Record<string, string>> {
    return (this.#entry?.handler({ basePath, uiConfig: this.#uiConfig }).params ?? {}) as Record<string, string>;
  }

  async answer(
    method: string,
    path: string,
    { query, body }: { readonly query: Record<string, unknown>; readonly body: Record<string, unknown> },
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    for (const { methods, pattern, names, handler } of this.#routes) {
      const match = pattern.exec(path);
      if (match === null || !methods.includes(method)) continue;
      const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")]));
      const request = { queues: this.#queues, uiConfig: this.#uiConfig, params, query, body, headers: {} };
      try {
        const { status = 200, body: answer } = await handler(request);
        return { status, body: answer };
      } catch (error) {
        const { status = 500, body: answer } = this.#onError(error as Error);
        return { status, body: answer };
      }
    }
    return { status: 404, body: { error: "there is nothing at this address" } };
  }
}
