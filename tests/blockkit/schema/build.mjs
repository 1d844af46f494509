// payload.ts, that is @slack/types, as ../schema.json. The tests need only the result; see package.json for when to run it.
import { createGenerator } from 'ts-json-schema-generator';
import { readFileSync, writeFileSync } from 'node:fs';

const type = 'OpsPayloads';
const schema = createGenerator({ path: 'payload.ts', type, skipTypeCheck: true, jsDoc: 'none', additionalProperties: false, topRef: true }).createSchema(type);
// Documented, but the types disagree: `null` in column_settings skips a column.
const columns = schema.definitions.TableBlock.properties.column_settings;
columns.items = { anyOf: [columns.items, { type: 'null' }] };
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const made = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`).join(', ');
writeFileSync('../schema.json', JSON.stringify({ ...schema, $comment: made }));
