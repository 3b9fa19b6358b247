// A script for a page: the texts whose colour is too near to their ground, by the formula of WCAG 2 (4.5 is its level AA).
// It is text, as it runs in the browser, whose types this project has not.

/** An expression whose value is a list of such texts, each with its contrast. */
export const faintTexts = `(() => {
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [red, green, blue] = parts(color).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return parts(color)[3] !== 0 || element.parentElement === null ? color : groundOf(element.parentElement);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
    if (text.textContent.trim() === "") continue;
    const [one, other] = [light(getComputedStyle(text.parentElement).color), light(groundOf(text.parentElement))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faint.push(text.textContent.trim().slice(0, 40) + ": " + contrast.toFixed(2));
  }
  return faint;
})()`;
