// What a page is made of, apart from its words: if the words are others, this has to be the same.
() => {
  const SAID = /^(href|content|title|alt|value|id|for|name|datetime|download|aria-.*|data-.*|d|x|y|width|height|points|transform|viewBox)$/;
  const LEADING = ['href', 'src', 'srcset', 'action', 'formaction', 'poster', 'data', 'background', 'ping', 'xlink:href'];
  const elements = {}, acting = new Set(), addresses = new Set();
  const add = (path) => { elements[path] = (elements[path] ?? 0) + 1; return path; };
  const walk = (node, path) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.COMMENT_NODE) add(`${path} comment ${child.data}`);
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const names = child.getAttributeNames().sort();
      const own = add(`${path}>${child.localName}[${names}]`);
      for (const name of names) {
        const value = child.getAttribute(name);
        if (LEADING.includes(name)) addresses.add(value);
        else if (!SAID.test(name)) acting.add(`${child.localName} ${name}=${value}`);
      }
      const is_code = child.localName === 'style' || (child.localName === 'script' && !/json/.test(child.type));
      if (is_code) acting.add(`${child.localName}: ${child.textContent}`);
      walk(child, own);
      if (child.localName === 'template') walk(child.content, own);
    }
  };
  walk(document, '');
  return { elements, acting: [...acting].sort(), addresses: [...addresses].sort() };
}
