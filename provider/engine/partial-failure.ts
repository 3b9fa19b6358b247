// The one error that keeps a resource in the stack although its run failed, in the form that Pulumi's dynamic provider
// reads (docs/background/pulumi-dynamic-providers.md, 2.5). It knows nothing of certificates.

/**
 * Something was sent, and not everything ended well: the resource stays in the state with what is known, and the next `up`
 * goes on. The SDK reads `id`, `properties` and `reasons` off what is thrown. `properties` must hold `__provider` and no
 * `undefined`, else the engine hangs (measured with CLI 3.250).
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";

  constructor(
    readonly id: string,
    readonly properties: Readonly<Record<string, unknown>>,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
  }
}
