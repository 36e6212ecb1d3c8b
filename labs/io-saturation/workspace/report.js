// A report on the first N days: what they sold, one more each day.
const days = Number(process.argv[2]);
console.log(JSON.stringify({ days, sold: (days * (days + 1)) / 2 }));
