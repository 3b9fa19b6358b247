// Mocks in the engine's place, as a unit test of a program has them, and the end of them: several test files share a process.

import * as pulumi from "@pulumi/pulumi";

export function startMocks(mocks: pulumi.runtime.Mocks): Promise<void> {
  return pulumi.runtime.setMocks(mocks, "shop", "dev");
}

export function endMocks(): void {
  pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}
