import { type Finding, isPomona, type Manifest, workloadsOf } from "../manifest.ts";

/** A spot instance is taken away two minutes after its notice. */
const spotNoticeSeconds = 120;
/** For what follows when the work is handed back: closing connections, ending processes. */
const closingSeconds = 10;

/** A pod ends by itself before Kubernetes ends it, and Kubernetes before the node is taken away. */
export function checkGrace(manifests: readonly Manifest[]): Finding[] {
  return workloadsOf(manifests)
    .filter((workload) => workload.isService && isPomona(workload))
    .flatMap(({ name: object, pod }) => {
      const { terminationGracePeriodSeconds: given = 30, containers } = pod;
      const needs = containers.map(({ args = [], lifecycle }) => {
        const flag = args.indexOf("--grace");
        const drain = flag === -1 ? 0 : Number(args[flag + 1]) + closingSeconds;
        return drain + (lifecycle?.preStop?.sleep?.seconds ?? 0);
      });
      const longest = Math.max(...needs);
      const problems = [
        ...(longest > given ? [`preStop, --grace and closing take ${longest} s, the pod is given ${given} s`] : []),
        ...(given >= spotNoticeSeconds ? [`${given} s are more than the notice of a spot instance`] : []),
      ];
      return problems.map((message) => ({ object, rule: "grace", message }));
    });
}
