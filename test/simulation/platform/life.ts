import { AsyncLocalStorage } from "node:async_hooks";

/**
 * One stay of a program in memory: from its start until it is killed or evicted. Whatever it began is told apart from the
 * doings of others by its life, so that nothing of a killed program goes on.
 */
export class Life {
  readonly name: string;
  #isOver = false;

  constructor(name: string) {
    this.name = name;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
  }
}

/** Whose code runs; nobody's outside of the simulated platform. */
export const currentLife = new AsyncLocalStorage<Life>();

/** What a program that is gone waits for. */
export const never = async <T>(): Promise<T> => new Promise<T>(() => {});

/** Thrown into whoever is at work when it is killed. */
export class Killed extends Error {
  constructor() {
    super("The process is killed");
  }
}
