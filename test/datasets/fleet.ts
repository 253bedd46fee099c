/** The devices, people and blueprints of the fixtures, so that all datasets tell of the same tenant. */

export const laptops = { id: "8e5f1c20-7b3a-4d19-8c66-0a9d4b2e7f31", name: "Engineering laptops" };
export const phones = { id: "1d6a0c9e-74b2-4d7a-88cc-3c0a1b5e9f61", name: "Phones and tablets" };
export const rooms = { id: "c40f7d5b-0e1a-4b83-a1f7-5d2c9e8b6a04", name: "Meeting rooms" };

export const dana = {
  id: "a1b2c3d4-5e6f-4a1b-8c2d-3e4f5a6b7c8d",
  oldId: "31999",
  name: "Dana Ruiz",
  email: "dana@northbay.example",
};

export interface FleetDevice {
  readonly id: string;
  readonly name: string;
  readonly serial: string;
  readonly platform: "Mac" | "iPhone" | "iPad" | "AppleTV" | "Windows" | "Android";
  readonly model: string;
  readonly modelId: string;
  readonly blueprint: { readonly id: string; readonly name: string };
}

const device = (
  platform: FleetDevice["platform"],
  id: string,
  name: string,
  serial: string,
  model: string,
  modelId: string,
  blueprint: FleetDevice["blueprint"],
): FleetDevice => ({ platform, id, name, serial, model, modelId, blueprint });

export const mac = device(
  "Mac",
  "5d0e9b77-1f3a-4c52-9f5e-6a1b7d20c314",
  "NB-MBP-014",
  "C0XTEST00014",
  "MacBook Pro (14-inch)",
  "Mac15,6",
  laptops,
);
/** Assigned to nobody. */
export const spareMac = device(
  "Mac",
  "60b1a7c2-8d4e-4f90-b3a5-2c1d0e9f8a77",
  "NB-MINI-003",
  "C0XTEST00003",
  "Mac mini (2024)",
  "Mac16,10",
  laptops,
);
export const iphone = device(
  "iPhone",
  "387a369d-5d12-4dfe-9ac0-d5af8780b959",
  "Dana’s iPhone",
  "F4XTEST0JC6H",
  "iPhone 16",
  "iPhone17,3",
  phones,
);
export const ipad = device(
  "iPad",
  "0389e9cb-a512-46b9-a743-a8d41551ad15",
  "Front desk iPad",
  "GG7TEST0Q1GH",
  "iPad (10th generation) (Wi-Fi)",
  "iPad13,18",
  phones,
);
export const appleTv = device(
  "AppleTV",
  "f25a87de-61e8-4ab2-9032-02f6678914a1",
  "ROOM-01",
  "TDGTEST0Q5WT",
  "Apple TV 4K (3rd generation)",
  "AppleTV14,1",
  rooms,
);
export const windows = device(
  "Windows",
  "3de7b283-1a44-47ef-bde1-2f556a8a32f7",
  "NB-SURF-002",
  "BK3TEST93GT",
  "Surface Laptop 7",
  "Surface Laptop 7",
  laptops,
);
export const android = device(
  "Android",
  "f3d1c9a7-8b6b-4e64-9c2e-2af1c028b4e5",
  "Pixel 9 03AN",
  "511TESTRQ003AN",
  "Pixel 9",
  "Pixel 9",
  phones,
);
