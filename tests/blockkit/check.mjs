// A payload of chat.postMessage, chat.update (it has a ts) or views.open (a modal) a line in, what Slack would object to a line out, as a JSON array of sentences.
import { createInterface } from 'node:readline';
import { checkLimits } from './limits.mjs';
import { wrongPayload } from './types.mjs';

function objections(payload) {
  const kind = payload.type === 'modal' ? 'modal' : payload.ts ? 'update' : 'post';
  const types = wrongPayload(payload, kind);
  if (types.length) return types;
  const { errors, warnings } = checkLimits(payload, kind);
  return [...errors, ...warnings];
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(objections(JSON.parse(line)).map(({ path, msg }) => `${path}: ${msg}`)));
}
