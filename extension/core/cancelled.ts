/** Thrown when the caller's signal was aborted; callers show it as "cancelled", not as an error. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}
