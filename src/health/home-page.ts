/** What a browser shows at `/`. It needs nothing but itself, so that the server's content security policy lets it be. */
export const HOME_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mibudge</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 4rem auto; padding: 0 1.5rem; }
  h1 { margin-bottom: 0; }
  li { margin: .4rem 0; }
</style>
</head>
<body>
<h1>mibudge</h1>
<p>This is a server for envelope budgeting: it divides bank accounts into budgets, down to the cent, and funds each budget on its own calendar. Programs use it over a REST API; people administer it with <code>npx mibudge --help</code>.</p>
<ul>
  <li><a href="/api/v1/schema/swagger-ui/">Swagger UI</a>: try the API in the browser</li>
  <li><a href="/api/v1/schema/redoc/">ReDoc</a>: read the API</li>
  <li><a href="/api/v1/schema/">OpenAPI 3.1 document</a> as YAML, or <a href="/api/v1/schema/?format=json">as JSON</a></li>
  <li><a href="/healthz">Health</a> and <a href="/readyz">readiness</a></li>
</ul>
</body>
</html>
`;
