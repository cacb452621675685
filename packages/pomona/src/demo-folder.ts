/** What the demo writes everything to, in the working folder. */
export const demoFolder = "pomona-demo";
