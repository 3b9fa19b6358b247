// The commands that each of Esper's endpoints knows, as the official description lists them; any other gets a 400.
// The list of V2 has none for certificates, and whether V2 takes them is not known: here it does, unless a fault says no.
// Source: openapi.json, DeviceCommandEnum and V0DeviceCommandEnum; docs/background/esper-api.md, 1.

const ofBoth = [
  "ADD_TO_WHITELIST",
  "ADD_WIFI_AP",
  "CLEAR_APP_DATA",
  "CONVERGE",
  "INSTALL",
  "LOCK",
  "REBOOT",
  "REMOVE_FROM_WHITELIST",
  "REMOVE_WIFI_AP",
  "SET_APP_PERMISSION",
  "SET_APP_STATE",
  "SET_BLUETOOTH_STATE",
  "SET_BRIGHTNESS_SCALE",
  "SET_DEVICE_LOCKDOWN_STATE",
  "SET_GPS_STATE",
  "SET_KIOSK_APP",
  "SET_NEW_POLICY",
  "SET_ROTATION_STATE",
  "SET_SCREEN_OFF_TIMEOUT",
  "SET_STREAM_VOLUME",
  "SET_TIMEZONE",
  "SET_WIFI_STATE",
  "UNINSTALL",
  "UPDATE_DEVICE_CONFIG",
  "UPDATE_HEARTBEAT",
  "UPDATE_LATEST_DPC",
  "WIPE",
  "RESET_LOCKSCREEN_PASSWORD",
  "UPDATE_BLUEPRINT",
  "NOTIFY_DEVICE",
  "SET_DEVICE_LANGUAGE",
  "SET_ETHERNET_SETTINGS",
  "SET_STATIC_IP",
  "BEEP_DEVICE",
  "SET_APP_NOTIFICATIONS",
  "USE_ONLY_SAVED_WIFI_AP",
] as const;

const ofRequest = [
  "APPLY_APP_CONFIG",
  "INSTALL_CERTIFICATE",
  "LIST_INSTALLED_PROFILES",
  "REMOVE_PROFILE",
  "SET_MULTI_APP_MODE",
  "UNINSTALL_CERTIFICATE",
  "DEVICE_INFORMATION",
  "VPP_APP_INSTALL",
  "APPLE_APP_UNINSTALL",
  "CLEAR_PASSCODE",
  "INSTALL_PROFILE",
  "RUN_SHELL_SCRIPT",
  "RUN_CUSTOM_ACTION",
  "COLLECT_LOGS",
] as const;

const ofV2 = ["CAPTURE_SCREENSHOT", "SYNC_CONTENT", "INSTALL_CERTIFICATE", "UNINSTALL_CERTIFICATE"] as const;

export const commandNames: Readonly<Record<"request" | "v2", ReadonlySet<string>>> = {
  request: new Set([...ofBoth, ...ofRequest]),
  v2: new Set([...ofBoth, ...ofV2]),
};
