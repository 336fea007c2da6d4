// Loads MathJax from our own site. A page opened as a file may not load fonts, so there it draws
// mathematics as SVG, which needs none; on a server it uses HTML and fonts, half as large.
const output = location.protocol === "file:" ? "tex-svg.js" : "tex-chtml.js";
const script = document.createElement("script");
script.src = new URL(`vendor/mathjax/${output}`, document.currentScript.src).href;
document.head.append(script);
