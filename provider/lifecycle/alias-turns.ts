// Whose turn it is to send under an alias: installs go side by side, a removal alone. So no install slips in between the
// moment in which a removal learns whom to leave out and the moment in which it is sent. Within one process.

export class AliasTurns {
  private readonly lanes = new Map<string, Lane>();

  async during<T>(
    { tenantHash, alias }: { readonly tenantHash: string; readonly alias: string },
    action: "install" | "uninstall",
    send: () => Promise<T>,
  ): Promise<T> {
    const key = `${tenantHash} ${alias}`;
    const lane = this.lanes.get(key) ?? { last: Promise.resolve(), installs: [] };
    this.lanes.set(key, lane);
    return action === "install" ? besideOthers(lane, send) : alone(lane, send);
  }
}

interface Lane {
  /** The last removal; it never fails. */
  last: Promise<void>;
  /** Installs that have begun since. */
  installs: Promise<void>[];
}

function besideOthers<T>(lane: Lane, send: () => Promise<T>): Promise<T> {
  const sending = lane.last.then(send);
  const ended = endOf(sending);
  lane.installs.push(ended);
  void ended.then(() => {
    lane.installs = lane.installs.filter((one) => one !== ended);
  });
  return sending;
}

function alone<T>(lane: Lane, send: () => Promise<T>): Promise<T> {
  const sending = Promise.all([lane.last, ...lane.installs]).then(send);
  lane.last = endOf(sending);
  return sending;
}

function endOf(sending: Promise<unknown>): Promise<void> {
  return sending.then(
    () => undefined,
    () => undefined,
  );
}
