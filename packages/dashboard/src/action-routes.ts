import { PomonaError } from "@pomona/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { plainOperations } from "./operations.ts";
import type { RouteTools } from "./route-tools.ts";
import { submitFields, submitPage } from "./submit-page.ts";

/** Everything that changes something; who may is asked before (`access.ts`). */
export function actionRoutes(app: FastifyInstance, { board, contextOf, sendPage, options }: RouteTools): void {
  for (const operation of plainOperations) {
    app.post<{ Params: { run: string } }>(`/runs/:run/${operation}`, async (request, reply) => {
      const { shelf, operations } = await board.home();
      const { viewer, link } = contextOf(request);
      const view = await shelf.find(request.params.run);
      await operations.operate(operation, view.run, viewer.name);
      view.forget();
      return reply.redirect(link(`/runs/${view.run}`), 303);
    });
  }

  app.post<{ Params: { run: string } }>("/runs/:run/retry", async (request, reply) => {
    const { shelf, operations } = await board.home();
    const { viewer, link } = contextOf(request);
    const view = await shelf.find(request.params.run);
    const form = formOf(request);
    const [paths, reasons] = [form.getAll("path").filter(Boolean), form.getAll("reason").filter(Boolean)];
    const selection = { ...(paths.length > 0 && { paths }), ...(reasons.length > 0 && { reasons }) };
    await operations.retry(view.run, selection, viewer.name);
    view.forget();
    return reply.redirect(link(`/runs/${view.run}`), 303);
  });

  app.get("/submit", async (request, reply) => {
    const page = submitPage({ allowed: options.allowed, values: {}, problem: undefined }, contextOf(request));
    return sendPage(page, request, reply);
  });

  app.post("/submit", async (request, reply) => {
    const { operations } = await board.home();
    const context = contextOf(request);
    const values = Object.fromEntries(formOf(request));
    const filled = submitFields.filter(({ name }) => (values[name] ?? "").trim() !== "");
    const config = Object.fromEntries(filled.map(({ name }) => [name, values[name]?.trim()]));
    const { input = "", out = "" } = values;
    const asked = { input: input.trim(), out: out.trim(), config, overwrite: false, refit: values.refit === "on" };
    try {
      const { run } = await operations.submit(asked, context.viewer.name);
      return reply.redirect(context.link(`/runs/${run}`), 303);
    } catch (error) {
      if (!(error instanceof PomonaError)) throw error;
      const { message, remedy } = error;
      reply.status(error.code === "not-allowed" ? 403 : 422);
      const page = submitPage({ allowed: options.allowed, values, problem: { message, remedy } }, context);
      return sendPage(page, request, reply);
    }
  });
}

function formOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}
