/** Something a person must look at: the message is one Dutch text, and says what to do. `uitgang` is the exit code. */
export class PakketError extends Error {
  readonly uitgang: 1 | 2;
  constructor(melding: string, uitgang: 1 | 2 = 1) {
    super(melding);
    this.uitgang = uitgang;
  }
}
