import { expect } from "chai";
import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { pages, PageSize, type PagesOptions } from "../../../provider/client/http/pages";
import type { Call } from "../../../provider/client/http/request";

/** A list of rows, and the offsets that were asked for, each beside the number of pages worked on by then. */
function listOf(rows: number, { tellsCount = true, pageRows = 2, fails = (_offset: number): boolean => false } = {}) {
  const row = (number: number): { readonly id: string } => ({ id: `row-${String(number)}` });
  const asked: string[] = [];
  let workedOn = 0;
  const requester = {
    call: <A>({ query, codec }: Call<A>): Promise<A> => {
      const offset = Number(query?.["offset"]);
      asked.push(`${String(offset)} after ${String(workedOn)}`);
      if (fails(offset)) return Promise.reject(new Error(`no page at ${String(offset)}`));
      const length = Math.max(0, Math.min(pageRows, rows - offset));
      const results = Array.from({ length }, (_, number) => row(offset + number));
      const page = codec.decode(tellsCount ? { count: rows, results } : { results });
      return isRight(page) ? Promise.resolve(page.right) : Promise.reject(new Error("no page"));
    },
  };
  const list = {
    path: "/rows/",
    item: t.type({ id: t.string }),
    size: new PageSize(pageRows),
    attempt: "list",
    permission: "none",
  };
  const read = async (options: PagesOptions, isEnough = (_pages: number): boolean => false): Promise<number> => {
    let found = 0;
    for await (const { items } of pages(requester, list, options)) {
      found += items.length;
      workedOn += 1;
      if (isEnough(workedOn)) break;
    }
    return found;
  };
  return { asked, read };
}

describe("a paged list", () => {
  it("is asked for the next page when that is wanted, and not before", async () => {
    const { asked, read } = listOf(5);
    expect(await read({}, (number) => number === 2)).to.equal(4);
    expect(asked).to.deep.equal(["0 after 0", "2 after 1"]);
  });

  it("is asked for the next two pages while one is worked on, where all of it is read", async () => {
    const { asked, read } = listOf(9);
    expect(await read({ readsAhead: true })).to.equal(9);
    expect(asked).to.deep.equal(["0 after 0", "2 after 0", "4 after 0", "6 after 1", "8 after 2"]);
  });

  it("that cannot be read further fails where it is read, and nothing is heard of the pages asked for beyond", async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): number => unheard.push(reason);
    process.on("unhandledRejection", hear);
    const { asked, read } = listOf(9, { fails: (offset) => offset >= 4 });
    const error: unknown = await read({ readsAhead: true }).catch((reason: unknown) => reason);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", hear);
    expect(String(error)).to.equal("Error: no page at 4");
    expect(asked).to.deep.equal(["0 after 0", "2 after 0", "4 after 0", "6 after 1"]);
    expect(unheard).to.deep.equal([]);
  });

  it("that does not tell its length is never read ahead, for there may be no further page", async () => {
    const { asked, read } = listOf(4, { tellsCount: false });
    expect(await read({ readsAhead: true })).to.equal(4);
    expect(asked).to.deep.equal(["0 after 0", "2 after 1", "4 after 2"]);
  });

  it("without an end is given up after twenty thousand pages", async () => {
    const { asked, read } = listOf(Infinity, { tellsCount: false, pageRows: 1 });
    const error: unknown = await read({}).catch((reason: unknown) => reason);
    expect(String(error)).to.include("Could not list: Esper's list does not end after 20000 rows. ");
    expect(asked).to.have.length(20_000);
  });

  it("without an end is given up after two million rows", async function () {
    this.timeout(60_000);
    const { asked, read } = listOf(Infinity, { tellsCount: false, pageRows: 300_000 });
    const error: unknown = await read({}).catch((reason: unknown) => reason);
    expect(String(error)).to.include("Esper's list does not end after 2100000 rows. ");
    expect(asked).to.have.length(7);
  });
});
