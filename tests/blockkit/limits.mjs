// Limits that @slack/types states only in comments or not at all.
// src: D docs.slack.dev reference · T JSDoc in @slack/types · P constants in slack_sdk (Python)
//      S slackapi/slack-skills-plugin · M measured by third parties, no published number · R our own rule
export const L = {
  messageBlocks: [50, 'D'], modalBlocks: [100, 'D'],
  attachments: [100, 'D'], attachmentsAdvised: [20, 'D'],
  textAdvised: [4000, 'D'], textTruncated: [40000, 'D'],
  updateText: [4000, 'D'], updateTextBytes: [4000, 'M'],
  blocksTextTotal: [13200, 'M'], blocksTextAdvised: [12000, 'M'],
  blockId: [255, 'D'], actionId: [255, 'D'],
  textObject: [3000, 'D'], header: [150, 'D'],
  sectionText: [3000, 'D'], fields: [10, 'D'], fieldText: [2000, 'D'],
  contextElements: [10, 'D'], actionsElements: [25, 'D'], contextActions: [5, 'D'],
  buttonText: [75, 'D'], buttonTextShown: [30, 'D'], buttonValue: [2000, 'D'], buttonUrl: [3000, 'D'], a11yLabel: [75, 'D'],
  confirmTitle: [100, 'D'], confirmText: [300, 'D'], confirmButton: [30, 'D'],
  optionText: [75, 'D'], optionValue: [150, 'D'], optionValueOld: [75, 'T'], optionDescription: [75, 'D'], optionUrl: [3000, 'D'],
  selectOptions: [100, 'D'], optionGroups: [100, 'D'], overflowOptions: [5, 'D'], choiceOptions: [10, 'D'], placeholder: [150, 'D'],
  imageUrl: [3000, 'D'], altText: [2000, 'D'], imageTitle: [2000, 'D'],
  inputLabel: [2000, 'D'], inputHint: [2000, 'D'],
  markdownTotal: [12000, 'D'],
  tableRows: [100, 'D'], tableCells: [20, 'D'], columnSettings: [20, 'D'], tableChars: [10000, 'S'], tablesPerMessage: [1, 'D'],
  dataTableRows: [201, 'S'], dataTableColumns: [20, 'S'], dataTableChars: [20000, 'S'], pageSize: [100, 'D'],
  vizPerMessage: [2, 'S'], vizTitle: [50, 'D'], vizSeries: [12, 'S'], vizSegments: [12, 'S'], vizPoints: [20, 'S'], vizLabel: [20, 'S'], vizAxis: [50, 'S'],
  containerChildren: [10, 'D'], containerTitle: [150, 'D'],
  cardTitle: [150, 'D'], cardBody: [200, 'D'], cardActions: [3, 'S'], carousel: [10, 'D'],
  alertText: [200, 'S'], planTasks: [50, 'S'],
  videoTitle: [200, 'D'], videoAuthor: [50, 'D'],
  modalTitle: [24, 'D'], modalButton: [24, 'D'], privateMetadata: [3000, 'D'], callbackId: [255, 'D'],
  metadataBytes: [2000, 'R'],
};

const ASCII_EDGE = /[\s!-/:-@[-`{-~]/;
const isWide = (c) => /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(c) || c.codePointAt(0) > 0x1f2ff;
export const displayWidth = (s) => [...s].reduce((n, c) => n + (isWide(c) ? 2 : 1), 0);
const chars = (s) => [...s].length;
const escapedLength = (s) => [...s].reduce((n, c) => n + (c === '&' ? 5 : c === '<' || c === '>' ? 4 : 1), 0);

const CONTROL = /<(?:(?:https?:\/\/|mailto:|tel:)[^<>|\s]+(?:\|[^<>|\n]+)?|@[UW][A-Z0-9]+(?:\|[^<>]*)?|#[CGD][A-Z0-9]+(?:\|[^<>]*)?|!(?:here|channel|everyone)(?:\|[^<>]*)?|!subteam\^S[A-Z0-9]+(?:\|[^<>]*)?|!date\^\d+\^[^<>|]+\|[^<>]+)>/g;

export function checkLimits(payload, kind, { allowBroadcast = false } = {}) {
  const errors = [], warnings = [];
  const err = (path, msg, src) => errors.push({ path, msg, src });
  const warn = (path, msg, src) => warnings.push({ path, msg, src });
  const max = (path, value, key, unit = 'chars') => {
    const [n, src] = L[key];
    const size = typeof value === 'string' ? chars(value) : value;
    if (size > n) err(path, `${size} ${unit}, limit ${n}`, src);
  };
  const isMessage = kind !== 'modal';
  const blockIds = new Map();
  const count = {};
  let total = 0, primary = 0, markdown = 0, tableChars = 0, dataTableChars = 0, hasLink = false;

  function mrkdwn(path, text, verbatim) {
    const bare = text.replace(CONTROL, (m) => {
      if (/^<https?:/.test(m)) { hasLink = true; if (/&(?!amp;)/.test(m)) warn(path, 'write & as &amp; inside link URLs', 'D'); }
      if (/^<!(here|channel|everyone)/.test(m) && !allowBroadcast) warn(path, `broadcast mention ${m} (pass --allow-broadcast where policy allows it)`, 'R');
      return ' '.repeat(m.length);
    });
    if (bare.includes('<')) err(path, 'raw "<": escape as &lt;, or the control sequence is malformed (a !date needs a |fallback)', 'D');
    if (/&(?!amp;|lt;|gt;)/.test(bare)) err(path, 'raw "&": escape as &amp;', 'D');
    if (/[^\n]>/.test(bare.replace(/^>+/gm, ''))) warn(path, 'raw ">" inside a line: escape as &gt;', 'D');
    if (!verbatim && /(^|\s)@(channel|here|everyone)\b/.test(bare)) warn(path, 'plain @channel/@here may be parsed as a mention; set verbatim or reword', 'D');
    const prose = bare.replace(/```[\s\S]*?```|`[^`\n]*`/g, (m) => '`'.repeat(m.length));
    for (const m of prose.matchAll(/([*_~])(?=\S)([^*_~\n]*?\S)\1/g)) {
      const before = prose[m.index - 1], after = prose[m.index + m[0].length];
      for (const c of [before, after]) if (c && !ASCII_EDGE.test(c) && c.charCodeAt(0) > 127) { warn(path, `${m[0]} touches "${c}": Slack needs a space or ASCII punctuation around ${m[1]} or prints it literally`, 'M'); break; }
    }
  }
  function textObject(path, t, key = 'textObject') {
    if (!t) return;
    if (!t.text) err(path, 'text must not be empty', 'D'); else max(path, t.text, key);
    total += t.type === 'mrkdwn' ? chars(t.text ?? '') : escapedLength(t.text ?? '');
    if (t.type === 'mrkdwn') mrkdwn(path, t.text ?? '', t.verbatim);
    else if (/<(@|!|https?:)/.test(t.text ?? '')) warn(path, 'mention/link syntax is not parsed in plain_text', 'D');
  }
  function confirm(path, c) {
    if (!c) return;
    for (const k of ['title', 'text', 'confirm', 'deny']) if (!c[k]) warn(path, `confirm.${k} is missing`, 'D');
    textObject(`${path}/title`, c.title, 'confirmTitle'); textObject(`${path}/text`, c.text, 'confirmText');
    textObject(`${path}/confirm`, c.confirm, 'confirmButton'); textObject(`${path}/deny`, c.deny, 'confirmButton');
  }
  function options(path, list = [], key) {
    if (list.length < 1) err(path, 'needs at least one option', 'D');
    max(path, list.length, key, 'options');
    list.forEach((o, i) => {
      const p = `${path}/${i}`;
      textObject(`${p}/text`, o.text, 'optionText'); textObject(`${p}/description`, o.description, 'optionDescription');
      if (o.url) max(`${p}/url`, o.url, 'optionUrl');
      if (o.value) { max(`${p}/value`, o.value, 'optionValue'); if (chars(o.value) > L.optionValueOld[0]) warn(`${p}/value`, 'over 75 chars: docs say 150, @slack/types comments say 75', 'T'); }
    });
  }
  function element(path, e, ids) {
    if (e.action_id !== undefined) {
      max(`${path}/action_id`, e.action_id, 'actionId');
      if (ids?.has(e.action_id)) err(`${path}/action_id`, `duplicate action_id "${e.action_id}" in one block`, 'D'); ids?.add(e.action_id);
    } else if (!['image', 'mrkdwn', 'plain_text'].includes(e.type)) warn(path, 'no action_id: the click cannot be routed (URL buttons must be acknowledged too)', 'D');
    confirm(`${path}/confirm`, e.confirm);
    textObject(`${path}/placeholder`, e.placeholder, 'placeholder');
    if (e.accessibility_label) max(`${path}/accessibility_label`, e.accessibility_label, 'a11yLabel');
    switch (e.type) {
      case 'button': case 'workflow_button':
        textObject(`${path}/text`, e.text, 'buttonText');
        if (displayWidth(e.text?.text ?? '') > L.buttonTextShown[0]) warn(`${path}/text`, `label is ${displayWidth(e.text.text)} columns wide; Slack may cut it near 30`, 'D');
        if (e.value) max(`${path}/value`, e.value, 'buttonValue');
        if (e.url) max(`${path}/url`, e.url, 'buttonUrl');
        if (e.style === 'primary') primary += 1;
        if (e.style === 'danger' && !e.confirm) warn(path, 'danger button without a confirm dialog', 'R');
        break;
      case 'overflow': options(`${path}/options`, e.options, 'overflowOptions'); break;
      case 'checkboxes': case 'radio_buttons': options(`${path}/options`, e.options, 'choiceOptions'); break;
      case 'static_select': case 'multi_static_select':
        if (e.options) options(`${path}/options`, e.options, 'selectOptions');
        if (e.option_groups) { max(`${path}/option_groups`, e.option_groups.length, 'optionGroups', 'groups'); e.option_groups.forEach((g, i) => options(`${path}/option_groups/${i}/options`, g.options, 'selectOptions')); }
        if (!e.options === !e.option_groups) err(path, 'give exactly one of options / option_groups', 'D');
        break;
      case 'image': image(path, e); break;
      default: if (e.type === 'mrkdwn' || e.type === 'plain_text') textObject(path, e);
    }
  }
  function image(path, b) {
    if (!b.alt_text) err(`${path}/alt_text`, 'alt_text must not be empty', 'D'); else max(`${path}/alt_text`, b.alt_text, 'altText');
    if (b.image_url) { max(`${path}/image_url`, b.image_url, 'imageUrl'); warn(`${path}/image_url`, 'Slack downloads image_url while posting and fails the whole message if it cannot; prefer slack_file', 'M'); }
    if (b.slack_file && Boolean(b.slack_file.id) === Boolean(b.slack_file.url)) err(`${path}/slack_file`, 'give exactly one of id / url', 'D');
    if (b.title && b.type === 'image' && typeof b.title === 'object') textObject(`${path}/title`, b.title, 'imageTitle');
  }
  function richText(path, b) {
    let n = 0;
    const walk = (e) => { if (typeof e.text === 'string') n += escapedLength(e.text); if (e.type === 'link') hasLink = true; (e.elements ?? []).forEach(walk); };
    b.elements.forEach((e, i) => { if (e.indent > 8) err(`${path}/elements/${i}/indent`, 'limit 8', 'P'); walk(e); });
    if (!b.elements.length) err(path, 'rich_text without elements', 'D');
    return n;
  }
  function rows(path, b, key) {
    const width = b.rows[0]?.length ?? 0; let n = 0;
    b.rows.forEach((r, i) => {
      max(`${path}/rows/${i}`, r.length, key, 'cells');
      if (r.length !== width) warn(`${path}/rows/${i}`, `has ${r.length} cells, first row ${width}`, 'D');
      r.forEach((c, j) => {
        const cell = `${path}/rows/${i}/${j}`;
        if (c.type === 'rich_text') n += richText(cell, c);
        else if (c.type === 'raw_text' && !c.text) err(cell, 'cell text must not be empty', 'D');
        else n += chars(String(c.text ?? c.value ?? ''));
      });
    });
    return n;
  }
  function block(path, b, depth = 0) {
    count[b.type] = (count[b.type] ?? 0) + 1;
    if (b.block_id !== undefined) {
      max(`${path}/block_id`, b.block_id, 'blockId');
      if (blockIds.has(b.block_id)) err(`${path}/block_id`, `duplicate block_id, first at ${blockIds.get(b.block_id)}`, 'D'); blockIds.set(b.block_id, path);
    }
    switch (b.type) {
      case 'header': textObject(`${path}/text`, b.text, 'header'); break;
      case 'section':
        if (!b.text && !b.fields?.length) err(path, 'section needs text or fields', 'D');
        textObject(`${path}/text`, b.text, 'sectionText');
        if (b.fields) { max(`${path}/fields`, b.fields.length, 'fields', 'fields'); b.fields.forEach((f, i) => textObject(`${path}/fields/${i}`, f, 'fieldText')); }
        if (b.accessory) element(`${path}/accessory`, b.accessory);
        break;
      case 'context':
        if (!b.elements.length) err(path, 'context needs an element', 'D');
        max(path, b.elements.length, 'contextElements', 'elements'); b.elements.forEach((e, i) => element(`${path}/elements/${i}`, e)); break;
      case 'actions': {
        if (!b.elements.length) err(path, 'actions needs an element', 'D');
        max(path, b.elements.length, 'actionsElements', 'elements');
        if (b.elements.length > 5) warn(path, `${b.elements.length} controls in one row; keep to 5 or use overflow`, 'R');
        const ids = new Set(); b.elements.forEach((e, i) => element(`${path}/elements/${i}`, e, ids)); break;
      }
      case 'context_actions': max(path, b.elements.length, 'contextActions', 'elements'); break;
      case 'image': image(path, b); break;
      case 'rich_text': total += richText(path, b); break;
      case 'markdown': if (!isMessage) err(path, 'markdown block: messages only', 'S'); markdown += chars(b.text); total += escapedLength(b.text); break;
      case 'alert': if (isMessage) err(path, 'alert block: modals only', 'S'); max(`${path}/text`, b.text.text, 'alertText'); break;
      case 'file': err(path, 'file blocks cannot be posted by apps', 'T'); break;
      case 'video': warn(path, 'needs links.embed:write and an unfurl domain', 'T'); max(`${path}/title`, b.title.text, 'videoTitle'); break;
      case 'input': max(`${path}/label`, b.label.text, 'inputLabel'); if (b.hint) max(`${path}/hint`, b.hint.text, 'inputHint'); element(`${path}/element`, b.element); break;
      case 'table': if (!isMessage) err(path, 'table block: not in modals', 'S'); max(`${path}/rows`, b.rows.length, 'tableRows', 'rows'); if (!b.rows.length) err(path, 'table needs rows', 'D');
        if (b.column_settings) max(`${path}/column_settings`, b.column_settings.length, 'columnSettings', 'items'); tableChars += rows(path, b, 'tableCells'); break;
      case 'data_table': if (b.rows.length < 2) err(path, 'needs a header and one row', 'D'); max(`${path}/rows`, b.rows.length, 'dataTableRows', 'rows');
        if (b.page_size !== undefined && (b.page_size < 1 || b.page_size > L.pageSize[0])) err(`${path}/page_size`, '1 to 100', 'D'); dataTableChars += rows(path, b, 'dataTableColumns'); break;
      case 'data_visualization': viz(path, b); break;
      case 'container':
        if (depth) err(path, 'containers do not nest', 'D'); if (!b.title && !b.rich_text_title) err(path, 'needs title or rich_text_title', 'T');
        textObject(`${path}/title`, b.title, 'containerTitle'); textObject(`${path}/subtitle`, b.subtitle, 'containerTitle');
        if (!b.child_blocks.length) err(path, 'needs a child block', 'D'); max(`${path}/child_blocks`, b.child_blocks.length, 'containerChildren', 'blocks');
        b.child_blocks.forEach((c, i) => block(`${path}/child_blocks/${i}`, c, depth + 1)); break;
      case 'card': if (!b.hero_image && !b.title && !b.actions && !b.body) err(path, 'needs hero_image, title, actions or body', 'T');
        textObject(`${path}/title`, b.title, 'cardTitle'); textObject(`${path}/subtitle`, b.subtitle, 'cardTitle'); textObject(`${path}/body`, b.body, 'cardBody');
        if (b.actions) { max(`${path}/actions`, b.actions.length, 'cardActions', 'buttons'); b.actions.forEach((e, i) => element(`${path}/actions/${i}`, e)); } break;
      case 'carousel': if (!b.elements.length) err(path, 'needs a card', 'T'); max(path, b.elements.length, 'carousel', 'cards'); b.elements.forEach((c, i) => block(`${path}/elements/${i}`, c, depth + 1)); break;
      case 'plan': max(`${path}/tasks`, (b.tasks ?? []).length, 'planTasks', 'tasks'); break;
    }
  }
  function viz(path, b) {
    if (!isMessage) err(path, 'data_visualization: not in modals', 'S');
    max(`${path}/title`, b.title, 'vizTitle');
    const c = b.chart;
    if (c.type === 'pie') {
      if (!c.segments.length) err(`${path}/chart/segments`, 'needs a segment', 'D'); max(`${path}/chart/segments`, c.segments.length, 'vizSegments', 'segments');
      c.segments.forEach((s, i) => { max(`${path}/chart/segments/${i}/label`, s.label, 'vizLabel'); if (!(s.value > 0)) err(`${path}/chart/segments/${i}/value`, 'must be above 0', 'S'); });
      return;
    }
    const cats = c.axis_config.categories, names = new Set();
    max(`${path}/chart/axis_config/categories`, cats.length, 'vizPoints', 'categories'); if (!cats.length) err(`${path}/chart/axis_config/categories`, 'needs a category', 'D');
    if (new Set(cats).size !== cats.length) err(`${path}/chart/axis_config/categories`, 'categories must be unique', 'S');
    for (const k of ['x_label', 'y_label']) if (c.axis_config[k]) max(`${path}/chart/axis_config/${k}`, c.axis_config[k], 'vizAxis');
    cats.forEach((t, i) => max(`${path}/chart/axis_config/categories/${i}`, t, 'vizLabel'));
    if (!c.series.length) err(`${path}/chart/series`, 'needs a series', 'D'); max(`${path}/chart/series`, c.series.length, 'vizSeries', 'series');
    if (c.series.length > 6) warn(`${path}/chart/series`, 'the public docs page still says at most 6', 'D');
    c.series.forEach((s, i) => {
      max(`${path}/chart/series/${i}/name`, s.name, 'vizLabel'); if (names.has(s.name)) err(`${path}/chart/series/${i}/name`, 'series names must be unique', 'S'); names.add(s.name);
      if (s.data.length !== cats.length || s.data.some((p, j) => p.label !== cats[j])) err(`${path}/chart/series/${i}/data`, 'every series needs one point per category, in order', 'S');
    });
  }

  (payload.blocks ?? []).forEach((b, i) => block(`/blocks/${i}`, b));
  (payload.attachments ?? []).forEach((a, i) => {
    a.blocks.forEach((b, j) => block(`/attachments/${i}/blocks/${j}`, b));
    if (a.blocks.length > 20) warn(`/attachments/${i}/blocks`, 'one report says more than 20 blocks in an attachment is refused', 'M');
    if (a.color && !/^(good|warning|danger|#[0-9a-fA-F]{6})$/.test(a.color)) err(`/attachments/${i}/color`, 'good, warning, danger or #rrggbb', 'T');
    if (!a.fallback) warn(`/attachments/${i}`, 'no fallback text', 'D');
  });
  const n = (payload.blocks ?? []).length + (payload.attachments ?? []).reduce((s, a) => s + a.blocks.length, 0);
  max('/', n, isMessage ? 'messageBlocks' : 'modalBlocks', 'blocks (attachments included)');
  max('/attachments', (payload.attachments ?? []).length, 'attachments', 'attachments');
  if ((payload.attachments ?? []).length > L.attachmentsAdvised[0]) warn('/attachments', 'more than 20', 'D');
  if ((count.table ?? 0) + (count.data_table ?? 0) > L.tablesPerMessage[0]) err('/', 'only one table or data_table per message (only_one_table_allowed)', 'D');
  if ((count.data_visualization ?? 0) > L.vizPerMessage[0]) err('/', 'at most 2 charts per message', 'S');
  max('/', markdown, 'markdownTotal', 'markdown chars'); max('/', tableChars, 'tableChars', 'table chars'); max('/', dataTableChars, 'dataTableChars', 'data_table chars');
  if (total > L.blocksTextTotal[0]) err('/', `about ${total} escaped chars in blocks; msg_blocks_too_long was observed near 13,200`, 'M');
  else if (total > L.blocksTextAdvised[0]) warn('/', `about ${total} escaped chars in blocks, close to the observed 13,200 ceiling`, 'M');
  if (primary > 1) warn('/', `${primary} primary buttons; use one`, 'D');

  if (kind === 'modal') {
    max('/title', payload.title.text, 'modalTitle'); for (const k of ['submit', 'close']) if (payload[k]) max(`/${k}`, payload[k].text, 'modalButton');
    if (payload.private_metadata) max('/private_metadata', payload.private_metadata, 'privateMetadata'); if (payload.callback_id) max('/callback_id', payload.callback_id, 'callbackId');
    if (count.input && !payload.submit) err('/submit', 'required when the modal has input blocks', 'D');
  }
  if (kind === 'post' || kind === 'update') {
    const t = payload.text ?? '';
    if (!t.trim()) err('/text', 'missing: it is the notification and the only thing screen readers read', 'R');
    else {
      mrkdwn('/text', t);
      if (kind === 'update') { max('/text', t, 'updateText'); const bytes = Buffer.byteLength(t); if (bytes > L.updateTextBytes[0]) err('/text', `${bytes} UTF-8 bytes; msg_too_long was measured above 4,000 bytes (1,333 kana/kanji)`, 'M'); }
      else { max('/text', t, 'textTruncated'); if (chars(t) > L.textAdvised[0]) warn('/text', 'over the advised 4,000 chars', 'D'); if (Buffer.byteLength(t) > L.updateTextBytes[0]) warn('/text', 'over 4,000 UTF-8 bytes: a later chat.update with this text may be refused', 'M'); }
    }
    const channel = kind === 'post' ? /^(#.+|[CGD][A-Z0-9]{2,})$/ : /^[CGD][A-Z0-9]{2,}$/; // only a post may go to a name
    if (!channel.test(payload.channel)) warn('/channel', 'use the channel ID', 'D');
    for (const k of ['ts', 'thread_ts']) if (payload[k] !== undefined && !/^\d{10}\.\d{6}$/.test(payload[k])) err(`/${k}`, 'message ts is a string like 1712345678.123456', 'D');
    if (payload.reply_broadcast && !payload.thread_ts) err('/reply_broadcast', 'only with thread_ts', 'D');
    if (kind === 'post' && hasLink && (payload.unfurl_links !== false || payload.unfurl_media !== false)) warn('/', 'has links: set unfurl_links and unfurl_media to false', 'D');
    const m = payload.metadata;
    if (m) {
      if (Buffer.byteLength(JSON.stringify(m)) > L.metadataBytes[0]) warn('/metadata', 'over 2,000 bytes; Slack has a limit (metadata_too_large) but publishes no number', 'R');
      if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(m.event_type)) warn('/metadata/event_type', 'alphanumeric and underscore', 'D');
      for (const [k, v] of Object.entries(m.event_payload)) { if (!/^[a-z][a-z0-9_]*$/.test(k)) warn(`/metadata/event_payload/${k}`, 'key: [a-z][a-z0-9_]*', 'D'); if (v && typeof v === 'object') warn(`/metadata/event_payload/${k}`, 'keep the payload flat', 'D'); }
      if (!m.event_payload.notice_key) warn('/metadata/event_payload', 'no notice_key: an ambiguous send could not be reconciled', 'R');
    } else if (kind === 'post') warn('/metadata', 'no metadata: an ambiguous send could not be reconciled', 'R');
  }
  return { errors, warnings, stats: { blocks: n, chars: total + tableChars + dataTableChars, textBytes: Buffer.byteLength(payload.text ?? '') } };
}
