// What Express 4's express.json() and telli's documented check make of a body: base64 in, base64 out.
// "-" stands for a body that is refused.
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  let answer = "-";
  try {
    const text = Buffer.from(line, "base64").toString("utf8").replace(/^\ufeff/, "");
    const first = /^[\x20\x09\x0a\x0d]*([^\x20\x09\x0a\x0d])/.exec(text);
    if (text.length === 0) answer = Buffer.from("{}").toString("base64");
    else if (first && (first[1] === "{" || first[1] === "["))
      answer = Buffer.from(JSON.stringify(JSON.parse(text))).toString("base64");
  } catch (error) {
    answer = "-";
  }
  process.stdout.write(answer + "\n");
});
