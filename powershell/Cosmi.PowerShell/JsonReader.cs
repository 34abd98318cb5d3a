using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Reads a service's JSON into objects and changes nothing: 64-bit integers stay integers, 1.0 stays a Double, texts that look like
    /// dates stay texts, members keep their order. The shells' own readers change some of these, and differ from each other.
    /// </summary>
    internal sealed class JsonReader
    {
        // Deeper than any service's answer, shallower than a thread's stack.
        private const int MaxDepth = 512;

        // Names that every object of PowerShell has already: it refuses to add them.
        private static readonly HashSet<string> ReservedNames = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "PSBase", "PSAdapted", "PSExtended", "PSObject", "PSTypeNames",
        };

        private readonly string _text;
        private int _position;
        private int _depth;

        private JsonReader(string text) => _text = text;

        /// <summary>
        /// The value of a JSON text: PSObject, Object[], String, Int64, BigInteger, Double, Boolean or null. An object whose names PowerShell
        /// could not tell apart (they differ by case only, are empty, or are its own, as PSObject) becomes an ordered dictionary.
        /// </summary>
        /// <exception cref="FormatException">The text is not JSON.</exception>
        internal static object? Read(string text)
        {
            var reader = new JsonReader(text);
            reader.SkipBlanks();
            object? value = reader.Value();
            reader.SkipBlanks();
            if (reader._position < text.Length)
            {
                throw reader.Unexpected();
            }

            return value;
        }

        /// <summary>A JSON object; of null, null.</summary>
        internal static PSObject? ReadObject(string? text)
        {
            object? value = text == null ? null : Read(text);
            return value == null ? null : PSObject.AsPSObject(value);
        }

        private object? Value()
        {
            switch (Current())
            {
                case '{':
                    return Nested(Object);
                case '[':
                    return Nested(Array);
                case '"':
                    return Text();
                case 't':
                    return Word("true", true);
                case 'f':
                    return Word("false", false);
                case 'n':
                    return Word("null", null);
                default:
                    return Number();
            }
        }

        private object Nested(Func<object> read)
        {
            if (++_depth > MaxDepth)
            {
                throw new FormatException($"JSON nested deeper than {MaxDepth}");
            }

            _position++;
            SkipBlanks();
            object value = read();
            _depth--;
            return value;
        }

        private object Object()
        {
            var members = new List<KeyValuePair<string, object?>>();
            var places = new Dictionary<string, int>(StringComparer.Ordinal);
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            while (Current() != '}')
            {
                string name = Text();
                SkipBlanks();
                Expect(':');
                SkipBlanks();
                var member = new KeyValuePair<string, object?>(name, Value());
                names.Add(name);
                if (places.TryGetValue(name, out int place))
                {
                    // The same name twice: the last one counts, as with every JSON reader.
                    members[place] = member;
                }
                else
                {
                    places.Add(name, members.Count);
                    members.Add(member);
                }

                Separator('}');
            }

            _position++;
            if (names.Count < members.Count || names.Contains(string.Empty) || names.Overlaps(ReservedNames))
            {
                var dictionary = new OrderedDictionary(StringComparer.Ordinal);
                foreach (KeyValuePair<string, object?> member in members)
                {
                    dictionary.Add(member.Key, member.Value);
                }

                return dictionary;
            }

            var result = new PSObject();
            foreach (KeyValuePair<string, object?> member in members)
            {
                result.Properties.Add(new PSNoteProperty(member.Key, member.Value));
            }

            return result;
        }

        private object Array()
        {
            var items = new List<object?>();
            while (Current() != ']')
            {
                items.Add(Value());
                Separator(']');
            }

            _position++;
            return items.ToArray();
        }

        private void Separator(char end)
        {
            SkipBlanks();
            if (Current() == end)
            {
                return;
            }

            Expect(',');
            SkipBlanks();
            if (Current() == end)
            {
                throw Unexpected();
            }
        }

        private string Text()
        {
            Expect('"');
            var text = new StringBuilder();
            while (true)
            {
                int start = _position;
                while (Current() >= ' ' && Current() != '"' && Current() != '\\')
                {
                    _position++;
                }

                text.Append(_text, start, _position - start);
                if (Current() < ' ')
                {
                    throw Unexpected();
                }

                if (Skip('"'))
                {
                    return text.ToString();
                }

                _position++;
                text.Append(Escaped());
            }
        }

        private char Escaped()
        {
            char c = Current();
            _position++;
            switch (c)
            {
                case '"':
                case '\\':
                case '/':
                    return c;
                case 'b':
                    return '\b';
                case 'f':
                    return '\f';
                case 'n':
                    return '\n';
                case 'r':
                    return '\r';
                case 't':
                    return '\t';
                case 'u':
                    if (_position + 4 <= _text.Length
                        && ushort.TryParse(_text.Substring(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
                    {
                        _position += 4;
                        return (char)code;
                    }

                    throw Unexpected();
                default:
                    _position--;
                    throw Unexpected();
            }
        }

        private object? Word(string word, object? value)
        {
            if (string.CompareOrdinal(_text, _position, word, 0, word.Length) != 0)
            {
                throw Unexpected();
            }

            _position += word.Length;
            return value;
        }

        private object Number()
        {
            int start = _position;
            bool isInteger = true;
            Skip('-');
            if (!Skip('0'))
            {
                Digits();
            }

            if (Skip('.'))
            {
                isInteger = false;
                Digits();
            }

            if (Skip('e') || Skip('E'))
            {
                isInteger = false;
                if (!Skip('+'))
                {
                    Skip('-');
                }

                Digits();
            }

            string number = _text.Substring(start, _position - start);
            if (!isInteger)
            {
                return Double(number);
            }

            return long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer)
                ? (object)integer
                : BigInteger.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        private static double Double(string number)
        {
            try
            {
                return double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
            }
            catch (OverflowException)
            {
                // .NET Framework throws where .NET gives infinity.
                return number[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            }
        }

        private void Digits()
        {
            int start = _position;
            while (_position < _text.Length && _text[_position] >= '0' && _text[_position] <= '9')
            {
                _position++;
            }

            if (_position == start)
            {
                throw Unexpected();
            }
        }

        private bool Skip(char c)
        {
            if (_position < _text.Length && _text[_position] == c)
            {
                _position++;
                return true;
            }

            return false;
        }

        private void SkipBlanks()
        {
            while (_position < _text.Length && " \t\r\n".IndexOf(_text[_position]) >= 0)
            {
                _position++;
            }
        }

        private void Expect(char c)
        {
            if (Current() != c)
            {
                throw Unexpected();
            }

            _position++;
        }

        private char Current() => _position < _text.Length ? _text[_position] : throw Unexpected();

        private FormatException Unexpected() => new FormatException(
            _position < _text.Length
                ? $"JSON with an unexpected '{_text[_position]}' at position {_position}"
                : "JSON that ends too early");
    }
}
