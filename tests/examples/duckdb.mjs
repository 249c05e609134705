// SPDX-License-Identifier: LGPL-2.1-or-later
// node duckdb.mjs MODULES FLEET SQL: runs the statements of the file SQL with the variable `fleet`, and prints the rows of each SELECT.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, fleet, file] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(modules + "/")("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
await connection.run(`SET VARIABLE fleet = '${fleet.replaceAll("'", "''")}'`);
const statements = await connection.extractStatements(readFileSync(file, "utf8"));
for (let i = 0; i < statements.count; i++) {
        const started = process.hrtime.bigint();
        const reader = await (await statements.prepare(i)).runAndReadAll();
        const rows = reader.getRowObjectsJson();
        console.log(JSON.stringify({ rows, milliseconds: Number((process.hrtime.bigint() - started) / 1000000n) }));
}
