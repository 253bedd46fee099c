/**
 * What opens a device. Kandji gives it out under `/devices/{device_id}/secrets/`, which is never asked, and writes down each
 * reading; should it turn up in another answer it stays out of the logs. Names: https://api-docs.kandji.io, "Device Secrets".
 */
export const unlockMaterial: Readonly<Record<string, string>> = {
  user_based_albc: "opens a device in spite of a person's Activation Lock",
  device_based_albc: "opens a device in spite of the organization's Activation Lock",
  bypass_code: "opens a device in spite of Activation Lock",
  recovery_key: "decrypts the disk",
  filevault_recovery_key: "decrypts the disk",
  recovery_password: "opens the recovery mode of a Mac",
  recovery_lock_password: "opens the recovery mode of a Mac",
  firmware_password: "lets a Mac start from another disk",
  unlock_pin: "opens a locked Mac",
  pin: "opens a locked Mac",
  PIN: "opens a locked Mac, as the MDM command spells it",
};
