'use strict'

// Runs programs through dd-trace: one line of JSON for each on standard input, one outcome for each on standard output.
//
// Usage: node tracer.js DIRECTORY < programs.ndjson > outcomes.ndjson     (DIRECTORY: where `npm install dd-trace` ran)

const path = require('node:path')
const vm = require('node:vm')
const util = require('node:util')
const readline = require('node:readline')

const root = path.join(process.argv[2], 'node_modules/dd-trace/packages/dd-trace/src/debugger/devtools_client')
// it is written for the tracer's worker, whose settings it reads: here they are the default ones
const config = path.join(root, 'config.js')
const settings = {
  DD_DYNAMIC_INSTRUMENTATION_REDACTED_IDENTIFIERS: [],
  DD_DYNAMIC_INSTRUMENTATION_REDACTION_EXCLUDED_IDENTIFIERS: []
}
require.cache[config] = { id: config, filename: config, loaded: true, exports: { dynamicInstrumentation: settings } }
const { compile, compileSegments, getRedactionError, getSegmentRedactionErrors } = require(path.join(root, 'condition.js'))
const { isRedactedIdentifier } = require(path.join(root, 'snapshot/redaction.js'))

// what the tracer keeps there for its conditions
globalThis[Symbol.for('dd-trace')] ??= {}
globalThis[Symbol.for('dd-trace')].utilTypes ??= util.types
globalThis.$dd_inspectSegment = require(path.join(root, '../inspect-segment.js'))(isRedactedIdentifier)

class World {
  classes = new Map()
  objects = new Set()

  classOf (name = 'Anonymous', supertypes = []) {
    if (!this.classes.has(name)) {
      const [base] = supertypes
      const made = base === undefined ? { [name]: class {} } : { [name]: class extends this.classOf(base) {} }
      this.classes.set(name, made[name])
    }
    return this.classes.get(name)
  }

  value (json) {
    if (Array.isArray(json)) return json.map((item) => this.value(item))
    if (json === null || typeof json !== 'object') return json
    switch (json.$type) {
      case undefined: return new Map(Object.entries(json).map(([key, value]) => [key, this.value(value)]))
      case 'set': return new Set(json.items.map((item) => this.value(item)))
      case 'map': return new Map(json.entries.map(([key, value]) => [this.value(key), this.value(value)]))
      case 'float': return Number(json.value)
      case 'undefined': return undefined
      case 'object': {
        const made = new (this.classOf(json.class, json.supertypes))()
        this.objects.add(made)
        for (const [name, value] of Object.entries(json.fields)) {
          Object.defineProperty(made, name, { value: this.value(value), enumerable: true, writable: true })
        }
        return made
      }
      default: throw new Error(json.$type)
    }
  }

  outcome (value) {
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'string') return value.isWellFormed() ? value : { other: 'half of a pair' }
    if (value === undefined) return { undefined: true }
    if (typeof value === 'number') return { float: bits(value) }
    if (Array.isArray(value)) return { list: value.map((item) => this.outcome(item)) }
    if (value instanceof Set) return { set: [...value].map((item) => this.outcome(item)) }
    if (value instanceof Map) {
      return { map: [...value].map(([key, item]) => [this.outcome(key), this.outcome(item)]) }
    }
    if (this.objects.has(value)) {
      return { object: Object.entries(value).map(([name, item]) => [name, this.outcome(item)]) }
    }
    if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
      return { map: Object.entries(value).map(([key, item]) => [key, this.outcome(item)]) }
    }
    return { other: typeof value }
  }
}

function bits (number) {
  if (Number.isNaN(number)) return 'nan'
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleBE(number)
  return buffer.toString('hex')
}

function run (program) {
  const world = new World()
  const names = {}
  for (const [name, value] of Object.entries(program.vars)) {
    names[name] = world.value(value)
  }
  // the redaction of the worker: values of templates and captures, not conditions
  if (program.kind === 'template') {
    const errors = getSegmentRedactionErrors(program.json)
    if (errors?.length > 0) return { error: 'compile', message: errors[0].message }
  } else if (program.kind !== 'condition') {
    const redacted = getRedactionError('', program.json)
    if (redacted !== undefined) return { error: 'compile', message: redacted.message }
  }
  let source
  try {
    source = program.kind === 'template' ? compileSegments(program.json) : String(compile(program.json))
  } catch (error) {
    return { error: 'compile', message: `${error.name}: ${error.message}` }
  }
  // names that are in scope at a breakpoint: parameters of a function around the expression
  const scope = Object.keys(names).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'this')
  const classes = [...world.classes.keys()].filter((name) => !scope.includes(name))
  try {
    const code = `'use strict'; (function (${[...scope, ...classes].join(', ')}) { return (${source}) })`
    const made = vm.runInThisContext(code)
    const values = [...scope.map((name) => names[name]), ...classes.map((name) => world.classes.get(name))]
    const value = made.apply(names.this, values)
    if (program.kind === 'template') {
      const failed = value.find((part) => typeof part !== 'string')
      return failed === undefined ? { value: value.join('') } : { error: 'run', message: failed.message }
    }
    return { value: world.outcome(program.kind === 'condition' ? value === true : value) }
  } catch (error) {
    const message = `${error?.name}: ${error?.message}`.slice(0, 300)
    return { error: error instanceof SyntaxError ? 'compile' : 'run', message }
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(run(JSON.parse(line)))}\n`)
})
