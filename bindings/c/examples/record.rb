# A host in Ruby over Fiddle, which comes with Ruby: hashes, arrays, numbers and strings.
require 'fiddle'

ABSENT, LIST, MAP, NULL, FLOAT, INT, BOOL, STR, FAILED = 0, 1, 3, 5, 6, 7, 10, 11, 255
MORE = { false => 0, true => 1 }
POINTER, SIZE, U32, U64, I32 = Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, -Fiddle::TYPE_INT, -Fiddle::TYPE_LONG_LONG, Fiddle::TYPE_INT

LIBRARY = Fiddle.dlopen(ARGV[0] || 'libprobelang.so.1')

def call(name, *arguments)
  types = arguments.map { |argument| argument.is_a?(Integer) ? U64 : POINTER }
  Fiddle::Function.new(LIBRARY[name], types, I32).call(*arguments)
end

# A new handle from a function whose last argument is the place for it.
def handle(name, *arguments)
  place = Fiddle::Pointer.malloc(8, Fiddle::RUBY_FREE)
  status = call(name, *arguments, place)
  raise "#{name}: status #{status}" unless status.zero?
  place.ptr
end

def text(pointer) # a probelang_str
  start, length = pointer[0, 16].unpack('QQ')
  length.zero? ? '' : Fiddle::Pointer.new(start)[0, length].force_encoding('UTF-8')
end

# Lends Ruby objects: the word of a handle is a place in `kept`, which lives as long as the host does.
class Record
  # struct probelang_host: size, data, var, field, index, entry, key, len, open, items, entries, then those that are absent
  CALLBACKS = 24

  attr_reader :struct

  def initialize(names, variables)
    @names, @variables, @kept = names, variables, []
    @closures = {
      0 => reader([POINTER, U32, POINTER]) { |_, name, out| give(out, @variables, symbol(name)) },
      3 => reader([POINTER, U64, U32, U32, POINTER]) { |_, map, _, key, out| give(out, @kept[map], symbol(key)) },
      2 => reader([POINTER, U64, U32, U64, POINTER]) { |_, list, _, index, out| give(out, @kept[list], index) },
      5 => closure([POINTER, U64, U32, POINTER, POINTER]) { |_, of, _, out, _| out[0, 8] = [@kept[of].size].pack('Q') },
      7 => closure([POINTER, POINTER, POINTER, SIZE, POINTER]) { |_, at, out, room, batch| walk(at, room, batch, out) },
      8 => closure([POINTER, POINTER, POINTER, POINTER, SIZE, POINTER]) do |_, at, keys, values, room, batch|
        walk(at, room, batch, keys, values)
      end
    }
    pointers = Array.new(CALLBACKS) { |at| @closures[at]&.to_i || 0 }
    @struct = Fiddle::Pointer.malloc(8 * (CALLBACKS + 2), Fiddle::RUBY_FREE)
    @struct[0, @struct.size] = [@struct.size, 0, *pointers].pack('Q*')
  end

  private

  # an exception must not cross the library: it becomes a failure
  def closure(types, &block) = wrap(types, ->(*arguments) { block.call(*arguments) && 0 rescue -1 })
  def reader(types, &block) = wrap(types, ->(*arguments) { block.call(*arguments) rescue FAILED })

  def wrap(types, answer)
    Class.new(Fiddle::Closure) { define_method(:call) { |*arguments| answer.call(*arguments) } }.new(I32, types)
  end

  def symbol(number)
    place = Fiddle::Pointer.malloc(16, Fiddle::RUBY_FREE)
    call('probelang_names_text', @names, number, place).zero? ? text(place) : nil
  end

  # Writes what the value carries, a union probelang_payload, and returns its kind.
  def give(out, from, key)
    value = from.fetch(key) { return ABSENT }
    case value
    when nil then NULL
    when true, false then write(out, BOOL, [value ? 1 : 0].pack('q'))
    when Integer then write(out, INT, [value].pack('q'))
    when Float then write(out, FLOAT, [value].pack('d'))
    when String then write(out, STR, [keep(value, Fiddle::Pointer[value].to_i), value.bytesize].pack('QQ'))
    when Array then write(out, LIST, [keep(value), 0].pack('QQ'))
    when Hash then write(out, MAP, [keep(value), 0].pack('QQ'))
    end
  end

  def keep(object, word = nil)
    @kept.push(object)
    word || @kept.size - 1
  end

  def write(out, kind, payload)
    out[0, payload.bytesize] = payload
    kind
  end

  # struct probelang_cursor: word, shape, position, state; struct probelang_batch: count, more, why; struct probelang_value: kind,
  # what it carries
  def walk(at, room, batch, *outs)
    word, _, position = at[0, 24].unpack('QQQ')
    columns = outs.size == 1 ? [@kept[word]] : @kept[word].to_a.transpose
    count = [room, @kept[word].size - position].min
    outs.zip(columns) { |out, column| count.times { |n| out[24 * n, 1] = [give(out + 24 * n + 8, column, position + n)].pack('C') } }
    at[16, 8] = [position + count].pack('Q')
    batch[0, 16] = [count, MORE[position + count < @kept[word].size], 0].pack('QLL')
  end
end

engine = handle('probelang_engine_new')
names = handle('probelang_names_new')
output = handle('probelang_text_new')
source = '{user.name} has {len(items)} items of {filter(items, @it > 2)}, and {user.password}'
place = Fiddle::Pointer.malloc(8, Fiddle::RUBY_FREE)
status = call('probelang_compile', engine, 3, 0, Fiddle::Pointer[source], source.bytesize, place, 0)
raise "status #{status}" unless status.zero?
bound = handle('probelang_bind', place.ptr, names)
record = Record.new(names, 'user' => { 'name' => 'Ada', 'password' => 's3cret' }, 'items' => [1, 3, 5])
call('probelang_render', bound, record.struct, 0, output, 0)
lent = Fiddle::Pointer.malloc(16, Fiddle::RUBY_FREE)
call('probelang_text_get', output, lent)
puts text(lent)
