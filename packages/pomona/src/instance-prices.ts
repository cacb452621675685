/** A machine for rent. */
export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  /** 2 where a virtual CPU is one of the two threads of a core, 1 where it is a core. */
  readonly vcpusPerCore: 1 | 2;
  /** Linux, on demand, without storage and traffic. */
  readonly usdPerHour: number;
  readonly note?: string;
}

export interface PriceList {
  readonly provider: string;
  readonly region: string;
  /** Year and month of the prices. */
  readonly asOf: string;
  readonly source: string;
  readonly instances: readonly InstanceType[];
}

/** Prices change; whoever decides by them looks them up at `source`. */
export const priceList: PriceList = {
  provider: "AWS EC2",
  region: "us-east-1",
  asOf: "2026-01",
  source: "https://aws.amazon.com/ec2/pricing/on-demand/",
  instances: [
    { name: "c7i.large", vcpus: 2, vcpusPerCore: 2, usdPerHour: 0.08925 },
    { name: "c7i.4xlarge", vcpus: 16, vcpusPerCore: 2, usdPerHour: 0.714 },
    // C7a and Graviton have one thread a core:
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-optimize-cpu.html
    { name: "c7a.4xlarge", vcpus: 16, vcpusPerCore: 1, usdPerHour: 0.82112 },
    { name: "c7g.4xlarge", vcpus: 16, vcpusPerCore: 1, usdPerHour: 0.58, note: "arm64" },
    { name: "m7i.2xlarge", vcpus: 8, vcpusPerCore: 2, usdPerHour: 0.4032 },
    { name: "g4dn.xlarge", vcpus: 4, vcpusPerCore: 2, usdPerHour: 0.526, note: "its CPU only, without the GPU" },
  ],
};
