import type pg from 'pg';

/** What Postgres says of a statement that it has prepared and not run. */
export interface Description {
  parameterTypes: readonly number[];
  columns: readonly { name: string; type: number; table: number; position: number }[];
}

interface ParameterDescription {
  dataTypeIDs: number[];
}

interface RowDescription {
  fields: { name: string; dataTypeID: number; tableID: number; columnID: number }[];
}

/** Parse and Describe of the extended protocol, without Bind and Execute: pg calls the handlers as answers come. */
class Describe implements pg.Submittable {
  readonly #text: string;
  readonly #done: (outcome: Description | Error) => void;
  #description: Description = { parameterTypes: [], columns: [] };

  constructor(text: string, done: (outcome: Description | Error) => void) {
    this.#text = text;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    connection.once('parameterDescription', ({ dataTypeIDs }: ParameterDescription) => {
      this.#description = { ...this.#description, parameterTypes: dataTypeIDs };
    });
    connection.parse({ name: '', text: this.#text, types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
  }

  handleRowDescription({ fields }: RowDescription): void {
    const columns = fields.map(({ name, dataTypeID, tableID, columnID }) => ({ name, type: dataTypeID, table: tableID, position: columnID }));
    this.#description = { ...this.#description, columns };
  }

  handleError(error: Error, connection?: pg.Connection): void {
    connection?.removeAllListeners('parameterDescription');
    this.#done(error);
  }

  handleReadyForQuery(): void {
    this.#done(this.#description);
  }
}

/** @returns Postgres's error when it does not understand the statement */
export function describeQuery(client: pg.ClientBase, text: string): Promise<Description | Error> {
  return new Promise((resolve) => { client.query(new Describe(text, resolve)); });
}
