// Is a value what @slack/types say? Exactly the keywords of draft 07 that schema.json uses; another one is an error.
import { readFileSync } from 'node:fs';

const { definitions } = JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8'));
const KNOWN = new Set(['$ref', 'anyOf', 'const', 'enum', 'type', 'items', 'required', 'properties', 'additionalProperties', '$schema', '$comment']);
const resolve = (schema) => (schema.$ref ? resolve(definitions[decodeURIComponent(schema.$ref.split('/').pop())]) : schema);
const branches = (schema) => { const one = resolve(schema); return one.anyOf ? one.anyOf.flatMap(branches) : [one]; };
const kinds = (schema) => [schema.properties?.type?.const ?? schema.properties?.type?.enum ?? []].flat();
const typeOf = (value) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

// Of a union only the branch whose `type` is the value's is worded: the others would all complain too.
function ofUnion(value, schema, path) {
  const all = branches(schema);
  const known = [...new Set(all.flatMap(kinds))];
  const meant = known.length && typeOf(value) === 'object' ? all.filter((one) => kinds(one).includes(value.type)) : all;
  if (!meant.length) return [{ path, msg: `type ${JSON.stringify(value.type)} is not one of ${known.join(', ')}` }];
  return meant.map((one) => wrong(value, one, path)).sort((a, b) => a.length - b.length)[0];
}

function ofObject(value, schema, path) {
  const missing = (schema.required ?? []).filter((key) => !(key in value)).map((key) => ({ path, msg: `needs "${key}"` }));
  return missing.concat(Object.entries(value).flatMap(([key, one]) => {
    const declared = schema.properties?.[key] ?? schema.additionalProperties;
    if (declared === false) return [{ path, msg: `unknown key "${key}"` }];
    return declared && typeof declared === 'object' ? wrong(one, declared, `${path}/${key}`) : [];
  }));
}

export function wrong(value, given, path = '') {
  const schema = resolve(given);
  const strange = Object.keys(schema).find((key) => !KNOWN.has(key));
  if (strange) throw new Error(`schema.json uses ${strange}`);
  if (schema.anyOf) return ofUnion(value, schema, path);
  if ('const' in schema && value !== schema.const) return [{ path, msg: `must be ${JSON.stringify(schema.const)}` }];
  if (schema.enum && !schema.enum.includes(value)) return [{ path, msg: `must be one of ${schema.enum.join(', ')}` }];
  const type = typeOf(value);
  if (schema.type && ![schema.type].flat().includes(type)) return [{ path, msg: `must be ${schema.type}, is ${type}` }];
  if (type === 'object') return ofObject(value, schema, path);
  return type === 'array' && schema.items ? value.flatMap((one, i) => wrong(one, schema.items, `${path}/${i}`)) : [];
}

const DEFINED = { post: 'OpsPostMessage', update: 'OpsUpdateMessage', modal: 'OpsModal' };
export const wrongPayload = (payload, kind) => wrong(payload, { $ref: `#/definitions/${DEFINED[kind]}` });
