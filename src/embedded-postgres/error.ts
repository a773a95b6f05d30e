/** The embedded Postgres cannot run here; the message is one line that tells a person why and what to do. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
}
