// The content for each device, behind which one file for all, a folder, a map and whatever makes a certificate when it is sent
// look the same to the rest of the lifecycle. Pure. Follows docs/design.md, section 12.

import type { Device } from "../../client/index";
import type { RawObject } from "../arguments/reader";
import type { InstallFile } from "./content";

/** What is remembered of a device's content, in few bytes. */
export interface ContentMark {
  /** The first 12 hex digits of the content's digest. */
  readonly digest: string;
  /** Stands for a file by its name and bytes (10 hex digits); empty for content that no file holds. */
  readonly file: string;
  /** The day on which the certificate ends, in days since 1970. */
  readonly endDay: number;
  /** How many days before that it should be renewed, where the program does not say it. */
  readonly leadDays: number;
  /** The certificate's serial number in hex, where it is to be revoked one day. */
  readonly serial?: string | undefined;
}

/** A file as it is sent to a device; secret but for its mark. */
export interface FileToSend extends InstallFile {
  /** Of content that each device has for itself. */
  readonly mark?: ContentMark | undefined;
  /** Its whole digest. */
  readonly digest?: string | undefined;
  /** What it was made by, where it was made for the device. */
  readonly template?: string | undefined;
}

/** What a device has, or is to have. */
export interface Held {
  readonly device: Device;
  readonly mark: ContentMark;
}

/** The content of the members of a target where each device has its own. */
export interface DeviceContents {
  /**
   * What each device is to have, as far as that is known before it is sent; absent for a device that is to have none.
   * `isDue`: content that is made when it is sent, and is wanted now; nothing that the device holds is it.
   */
  readonly wanted: ReadonlyMap<string, ContentMark | "isDue">;
  /** Why nothing can be sent to a device. It may have what it was sent before: then it is among `wanted`. */
  readonly nothingToSend: ReadonlyMap<string, string>;
  /** Devices that hold what they are not to have any more. */
  readonly toRemove: readonly string[];
  /** Undefined where none could be made: then `notMade` or `stopped` says why. */
  readonly fileFor: (device: Device) => Promise<FileToSend | undefined>;
  /** The output `certificates`, from what devices hold at the end. */
  readonly summary: (held: readonly Held[], nowMs: number) => RawObject;
  /** Stands for the files that no device has; a change of it is news. */
  readonly unusedDigest: string;
  /** What fails the run once everything was sent. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** Present where the content is made when it is sent. */
  readonly making?: Making | undefined;
}

/** From when on a certificate that is made is due before its end. */
export interface Renewal {
  readonly beforeDays: number;
  /** A device is due up to so many days earlier, by a hash of its id. */
  readonly spreadDays: number;
}

/** What the program asks of certificates that are made. */
export interface AskedMade extends Renewal {
  /** Stands for the template and the issuer, as the ledger and labels keep it. */
  readonly template: string;
  /** The issuer in sentences. */
  readonly issuer: string;
  /** Whether what was replaced or removed is revoked. */
  readonly revokes: boolean;
}

export interface Making extends Renewal {
  /** Why devices have no new content, by their ids: what earlier runs left, and what this one adds. */
  readonly notMade: ReadonlyMap<string, string>;
  /** Why nothing more is made in this run. */
  readonly stopped: () => string | undefined;
  /** What is to be said of it at the end. */
  readonly remarks: () => readonly string[];
  /** How many are made at a time. */
  readonly atOnce: number;
  /** Where what was replaced or removed is revoked. */
  readonly revoking?: Revoking | undefined;
}

export interface Revoking {
  /** @returns why it could not be, as a sentence without its full stop; undefined once it is revoked */
  readonly revoke: (serialNumber: string) => Promise<string | undefined>;
  /** `source` as the program wrote it. */
  readonly source: RawObject;
}

/** What a device was sent by earlier runs, as far as the state knows; an empty digest for one that was sent nothing. */
export interface RecordedContent extends ContentMark {
  /** It was not sent what the file holds. */
  readonly isBehind: boolean;
}

/**
 * Whoever knows the content says what each member is to have.
 *
 * @param recorded by the device's id
 * @throws SourceError where something cannot be used
 */
export type ContentsForMembers = (
  members: ReadonlyMap<string, Device>,
  recorded: ReadonlyMap<string, RecordedContent>,
  status: (text: string) => void,
) => Promise<DeviceContents>;

/** By what the content of all devices is compared as a whole where each has its own: it never differs. */
export const perDevice = "per-device";

export const digestPart = 12;
