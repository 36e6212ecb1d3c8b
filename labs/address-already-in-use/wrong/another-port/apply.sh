node ctl.js restart api-1
node ctl.js restart ticker
