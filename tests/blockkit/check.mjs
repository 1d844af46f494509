// A chat.postMessage payload a line in, what Slack would object to a line out, as a JSON array of sentences.
import { createInterface } from 'node:readline';
import { checkLimits } from './limits.mjs';
import { wrongPost } from './types.mjs';

function objections(payload) {
  const types = wrongPost(payload);
  if (types.length) return types;
  const { errors, warnings } = checkLimits(payload, 'post');
  return [...errors, ...warnings];
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(objections(JSON.parse(line)).map(({ path, msg }) => `${path}: ${msg}`)));
}
