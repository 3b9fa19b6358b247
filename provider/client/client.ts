// The face of Esper's API for the rest of the provider: the operations by Esper's own nouns, on plain data.
// Two adapters stand behind it (commands-request, commands-v2); above this file only `hasLabels` tells them apart.
// It must not know Pulumi, and not what a certificate is: a command is a name and its arguments.

export type CommandType = "DEVICE" | "GROUP" | "DYNAMIC";

/** Esper's `device_type`: all devices of the target, or only those online (active) or offline (inactive) when it is sent. */
export type DeviceType = "all" | "active" | "inactive";

/**
 * The states of a command on a device, without Esper's prefix "Command ".
 * Success, Failure and Cancelled are final; TimeOut may still turn into one of them; the others are pending.
 * A state that Esper may add later reads as "Unknown" and counts as pending; `StatusRow.stateText` has its own name.
 */
export type CommandState =
  | "Queued"
  | "Scheduled"
  | "Initiated"
  | "Acknowledged"
  | "In Progress"
  | "Success"
  | "Failure"
  | "Cancelled"
  | "TimeOut"
  | "Unknown";

/** Esper's `schedule` and `schedule_args`; without one a command is immediate. */
export interface CommandSchedule {
  readonly schedule: "WINDOW" | "RECURRING";
  readonly scheduleArgs: {
    readonly name: string;
    /** `YYYY-MM-DDTHH:MM:SSZ` */
    readonly start_datetime: string;
    readonly end_datetime: string;
    readonly time_type: "console" | "device";
    /** `HH:MM`, 24 hours. */
    readonly window_start_time?: string;
    readonly window_end_time?: string;
    /** Full English names, `Monday` … `Sunday`. */
    readonly days?: readonly string[];
  };
}

/** One command request. The caller keeps `devices` and `groups` at 500 each or fewer. */
export interface CommandToSend {
  /** For example `INSTALL_CERTIFICATE`. */
  readonly command: string;
  /**
   * Every value is treated as a secret: none of them reaches an error, a log line or a URL. Only `cert_alias_name`,
   * `cert_file_type` and `cert_storage_type`, which are names, may stand in a quoted sentence of Esper's.
   */
  readonly commandArgs: Readonly<Record<string, string>>;
  readonly commandType: CommandType;
  readonly devices: readonly string[];
  readonly groups: readonly string[];
  readonly deviceType: DeviceType;
  readonly schedule?: CommandSchedule;
  /** Esper's free `alias` of a request, unique for each attempt; nothing secret. By it a request is found again. */
  readonly label: string;
}

/** A command request that Esper has accepted. */
export interface SentCommand {
  readonly id: string;
  readonly command: string;
  readonly commandType: CommandType;
  readonly devices: readonly string[];
  readonly groups: readonly string[];
  /** Absent on the V2 endpoint, which has no such field. */
  readonly label?: string;
  /** The certificate's alias or whatever `commandArgs` said under `cert_alias_name`; by it V2 requests are told apart. */
  readonly aliasName?: string;
  /** ISO instant. */
  readonly createdAt: string;
}

/** A command request in Esper's list, whoever sent it. */
export interface CommandSighting {
  readonly id: string;
  readonly command: string;
  readonly commandType: CommandType;
  /** ISO instant of Esper's; of a date that cannot be, the instant of the read. */
  readonly createdAt: string;
  readonly label?: string;
  /** The certificate's alias; absent where Esper does not show the arguments. */
  readonly aliasName?: string;
  /** As Esper lists them; absent where it does not show them. */
  readonly devices?: readonly string[];
  readonly groups?: readonly string[];
  /** ISO instant at which the window of a scheduled one begins; absent for an immediate one. */
  readonly scheduledFrom?: string;
  /** Where the list itself has them (V2), as of that read. */
  readonly counts?: StateCounts;
}

/** Which requests of the tenant are asked for: those of these commands created at `sinceAt` (ISO, Esper's time) or later. */
export interface CommandsQuery {
  readonly commands: readonly string[];
  readonly sinceAt: string;
  /** An answer that was read so long ago at most is used again; with 0 only the pages that came since are read. */
  readonly maxAgeMs: number;
  /** Where not everything need be known: no list is read further than so many pages. */
  readonly maxPages?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

export interface RecentCommandsFound {
  /** Newest first. */
  readonly commands: readonly CommandSighting[];
  /** False where the list is longer than is read, so that older ones may be missing. */
  readonly isComplete: boolean;
}

export type StateCounts = Readonly<Partial<Record<CommandState, number>>>;

/** What became of one request on one device. */
export interface StatusRow {
  readonly id: string;
  readonly requestId: string;
  readonly deviceId: string;
  readonly state: CommandState;
  /** The state as Esper wrote it. */
  readonly stateText: string;
  readonly reason?: string;
  /** ISO instant of the last change. */
  readonly updatedAt: string;
  /** ISO instant, where Esper gives it. */
  readonly createdAt?: string;
}

/** Which status rows are asked for: those of these requests, all or only those in `states`, or of `devices`. */
export interface RowQuery {
  readonly requestIds: readonly string[];
  readonly states?: readonly CommandState[];
  readonly devices?: readonly string[];
  /** Where not everything need be known: so many pages are read at most. */
  readonly maxPages?: number;
}

/** What Esper lists of a device, but for its times: programs are given those as texts. */
export interface DeviceBase {
  /** Esper's UUID, as `target.devices` takes it. */
  readonly id: string;
  /** The name people know: Esper's alias when there is one, else its generated name. */
  readonly name: string;
  /** Its serial number, where Esper knows it. */
  readonly serial?: string;
  /** For example `ANDROID`. */
  readonly platform: string;
  /** For example "13"; empty when unknown. */
  readonly osVersion: string;
  /** Whether Esper could reach it when it was read. */
  readonly online: boolean;
  /** Esper's number for its state: 1 online, 60 offline, 20 disabled, others while it is provisioned or wiped. */
  readonly state?: number;
  /** The first IMEI of its network information, where Esper gives one. */
  readonly imei?: string;
  /** The group that it is in itself. */
  readonly groupId?: string;
  /** Ids of its tags. */
  readonly tags: readonly string[];
}

/** A device as Esper lists it. */
export interface Device extends DeviceBase {
  /** The time of its enrolment. */
  readonly createdAtMs?: number;
  /** The time of its last check-in, where Esper gives it. */
  readonly lastSeenMs?: number;
}

export interface DeviceList {
  /** In the order in which Esper lists them. */
  readonly byId: ReadonlyMap<string, Device>;
  /** Whether there are as many as Esper counts. Where not, one may be missing, and no device counts as having left. */
  readonly addsUp: boolean;
}

/** A group of devices as Esper lists it. */
export interface Group {
  /** Esper's UUID, as `target.group` and `target.groups` take it. */
  readonly id: string;
  /** Without the groups above it. */
  readonly name: string;
  /** For example "All devices/Shops/Berlin"; empty when Esper gives none. */
  readonly path: string;
  /** How many devices Esper counts in it. */
  readonly deviceCount: number;
}

export interface DeviceQuery {
  /** Devices of these groups and of their sub-groups. */
  readonly groups?: readonly string[];
  readonly search?: string;
  readonly serial?: string;
  readonly tags?: readonly string[];
  readonly osVersion?: string;
}

/** A request to watch, with the number of devices it was sent to: small ones are read row by row, many requests at a time. */
export interface Watched {
  readonly requestId: string;
  readonly devices: number;
}

export interface Sighting {
  readonly counts: StateCounts;
  /**
   * Every row of the request; given when it has few devices (25 at most), absent when only counts were read. Where many
   * requests are watched on the V2 endpoint, the rows of a small one come only once its devices have all answered.
   */
  readonly rows?: readonly StatusRow[];
}

export interface Client {
  /** Stands for the tenant in what is stored: the same for its name and its usual address, and nothing can be read in it. */
  readonly tenantHash: string;
  /** Whether a request carries its label; without one (V2) it is told from others by what it holds and by its id only. */
  readonly hasLabels: boolean;
  /**
   * Sends one command request. It is sent again only when it is certain that Esper did not accept it; when the answer
   * leaves that open (connection cut, 5xx, time-out), the label is looked up first; what is not found is sent again under
   * the same label, seven times at most. Throws an ApiError or NetworkError when it was not accepted, and an
   * OutcomeUnknownError when that could not be found out. Where there is no label to look for (V2), a request whose id
   * is among `knownIds` is never taken for the one just sent.
   */
  send(command: CommandToSend, knownIds?: ReadonlySet<string>): Promise<SentCommand>;
  /**
   * The tenant's requests of these commands, whoever sent them, newest first and of any age. One list serves all callers
   * of the process; further back is read only as far as a caller asks.
   */
  commandsSince(query: CommandsQuery): Promise<RecentCommandsFound>;
  /** How many devices are in which state; undefined when Esper does not know the request any more. */
  counts(requestId: string): Promise<StateCounts | undefined>;
  /** A forgotten request has none. */
  rows(query: RowQuery, signal?: AbortSignal): Promise<readonly StatusRow[]>;
  /**
   * What is seen of these requests, round after round: first soon, then after `pollMs`, then more slowly, to 15 s; the
   * rounds of all callers share their reads. It ends at `untilMs` (clock time) after one last round; leave the loop to end it
   * earlier. A round that fails is repeated at the next; an error ends it only when every round failed until the end.
   */
  watch(requests: readonly Watched[], untilMs: number): AsyncIterable<ReadonlyMap<string, Sighting>>;
  /**
   * Cancels what still waits, and gives those rows that it could not: too late, or still waiting when looked at again.
   * On the V2 endpoint, which cannot, these are all (it is said once).
   */
  cancel(rows: readonly StatusRow[]): Promise<readonly StatusRow[]>;
  /** Devices in groups (with sub-groups) or by other marks, all pages. An answer younger than `maxAgeMs` is used again. */
  devices(query: DeviceQuery, maxAgeMs: number, signal?: AbortSignal): Promise<DeviceList>;
  /** Single devices by id; ids that Esper does not know are absent. Asked for together, they are read together. */
  devicesById(ids: readonly string[], maxAgeMs: number): Promise<ReadonlyMap<string, Device>>;
  /** A group, or undefined when Esper does not know the id. */
  group(id: string, maxAgeMs: number): Promise<Group | undefined>;
  /** Groups whose name contains `name`, in any case. */
  groups(name: string): Promise<readonly Group[]>;
}
