// What is wrong with how a page looks, measured in the browser itself: lists of sentences, empty where all is well.
() => {
  const SLACK = 1; // pixels: boxes are rounded
  const LEAST_TARGET = 44; // CSS pixels, WCAG 2.2 §2.5.5
  const LEAST_CONTRAST = 4.5; // WCAG 2.2 §1.4.3; what it allows large letters is not asked for here
  const TARGETS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]';

  const root = document.documentElement;
  const width = root.clientWidth;
  const words = (text) => text.match(/\p{L}{2,}/gu) ?? [];
  const name = (element) => {
    const told = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 50);
    const kind = element.getAttribute('class');
    return `<${element.localName}${kind ? ` class="${kind}"` : ''}> ${JSON.stringify(told)}`;
  };
  const ancestors = function* (element) {
    for (let one = element; one; one = one.parentElement) yield [one, getComputedStyle(one)];
  };
  const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
  const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';

  // A box of one pixel that clips is text for screen readers alone; so is what stands left of the page or above it.
  const only_heard = (element, box) =>
    box.right <= 0 || box.bottom + scrollY <= 0 ||
    [...ancestors(element)].some(([one, style]) =>
      hides(style.overflowX) && one.offsetWidth <= 1 && one.offsetHeight <= 1);
  const seen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.nodeValue.trim() || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width && box.height);
    if (boxes.length && !only_heard(parent, boxes[0])) texts.push({ node, parent, boxes });
  }

  // ---- nothing wider than the window, no text cut by a box

  const overflow = root.scrollWidth > width ? [`the page is ${root.scrollWidth} wide in a window of ${width}`] : [];
  const clipped = [];
  for (const { parent, boxes } of texts) {
    const around = [...ancestors(parent)];
    const left = Math.min(...boxes.map((box) => box.left)), right = Math.max(...boxes.map((box) => box.right));
    const top = Math.min(...boxes.map((box) => box.top)), bottom = Math.max(...boxes.map((box) => box.bottom));
    if ((left < -SLACK || right > width + SLACK) && !around.some(([, style]) => scrolls(style.overflowX)))
      overflow.push(`${name(parent)} goes from ${left} to ${right} in a window of ${width}`);
    for (const [one, style] of around) {
      const box = one.getBoundingClientRect();
      if (hides(style.overflowX) && (left < box.left - SLACK || right > box.right + SLACK))
        clipped.push(`${name(parent)} is cut at the side by <${one.localName}>`);
      if (hides(style.overflowY) && (top < box.top - SLACK || bottom > box.bottom + SLACK))
        clipped.push(`${name(parent)} is cut above or below by <${one.localName}>`);
    }
  }

  // ---- no short word on two lines: a column is too narrow for it. Letters that are as wide as Han may break anywhere.

  const SHORT = 12; // characters, with the signs around the word
  const broken = [];
  for (const { node, parent, boxes } of texts) {
    if (boxes.length < 2) continue;
    for (const found of node.nodeValue.matchAll(/\S+/g)) {
      const inside = found[0].match(/[A-Za-z0-9\u00C0-\u024F]{2,}/);
      if (!inside || found[0].length > SHORT) continue;
      const range = document.createRange();
      range.setStart(node, found.index + inside.index);
      range.setEnd(node, found.index + inside.index + inside[0].length);
      const tops = [...range.getClientRects()].map((box) => box.top);
      if (Math.max(...tops) - Math.min(...tops) > 3) broken.push(`${JSON.stringify(found[0])} in ${name(parent)}`);
    }
  }

  // ---- targets of 44 by 44 pixels. Two exceptions of §2.5.5: a link in running text (here: beside three words that are
  // no link's), and one that has an equal of full size on the page (here: with the same address).

  const targets = [];
  const large = (box) => box.width >= LEAST_TARGET - SLACK / 2 && box.height >= LEAST_TARGET - SLACK / 2;
  const found = [...document.querySelectorAll(TARGETS)]
    .map((element) => ({ element, box: (element.closest('label') ?? element).getBoundingClientRect() }))
    .filter(({ element, box }) => seen(element) && box.width && box.height && !only_heard(element, box));
  const equals = new Set(found.filter(({ box }) => large(box)).map(({ element }) => element.href).filter(Boolean));
  const in_running_text = (element) => {
    if (element.localName !== 'a' || getComputedStyle(element).display !== 'inline') return false;
    const [block] = [...ancestors(element)].find(([, style]) => !style.display.startsWith('inline'));
    const of_links = [...block.querySelectorAll(TARGETS)].map((one) => words(one.textContent).length);
    return words(block.textContent).length - of_links.reduce((sum, one) => sum + one, 0) >= 3;
  };
  for (const { element, box } of found)
    if (!large(box) && !in_running_text(element) && !equals.has(element.href))
      targets.push(`${name(element)} is ${Math.round(box.width)} by ${Math.round(box.height)}`);

  // ---- contrast of every text with what is behind it

  const dot = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const rgba = (css) => {
    if (!known.has(css)) {
      dot.clearRect(0, 0, 1, 1);
      dot.fillStyle = css;
      dot.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = dot.getImageData(0, 0, 1, 1).data;
      known.set(css, [r, g, b, a / 255]);
    }
    return known.get(css);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const probe = root.appendChild(document.createElement('i'));
  probe.style.color = 'Canvas';
  const canvas = rgba(getComputedStyle(probe).color);
  probe.remove();

  const behind = (element) => {
    const layers = [];
    for (const [, style] of ancestors(element)) {
      if (style.backgroundImage !== 'none') return null;
      const colour = rgba(style.backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), canvas);
  };
  const contrast = new Set();
  const judge = (element, css) => {
    const below = behind(element);
    if (!below) return contrast.add(`${name(element)} stands on a picture`);
    const opacity = [...ancestors(element)].reduce((product, [, style]) => product * style.opacity, 1);
    const [r, g, b, a] = rgba(css);
    const told = ratio(over([r, g, b, a * opacity], below), below);
    if (told < LEAST_CONTRAST) contrast.add(`${name(element)} has ${told.toFixed(2)}: ${css} on ${below.slice(0, 3)}`);
  };
  for (const { parent } of texts) {
    const style = getComputedStyle(parent);
    judge(parent, parent instanceof SVGElement ? style.fill : style.color);
  }
  for (const field of document.querySelectorAll('input[placeholder], textarea[placeholder]'))
    if (seen(field)) judge(field, getComputedStyle(field, '::placeholder').color);

  return { overflow, clipped, broken, targets, contrast: [...contrast], texts: texts.length, found: found.length,
           brightness: light(behind(document.body)) };
}
