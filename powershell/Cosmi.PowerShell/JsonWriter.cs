using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace Cosmi.PowerShell
{
    /// <summary>Writes what the service is to get as JSON: hashtables, objects, arrays and plain values.</summary>
    internal static class JsonWriter
    {
        // What refers to itself ends here.
        private const int MaxDepth = 100;

        /// <summary>JSON that is written as it is.</summary>
        internal sealed class Raw
        {
            internal Raw(string json) => Json = json;

            internal string Json { get; }
        }

        /// <exception cref="FormatException">There is no JSON for a value.</exception>
        internal static string Write(object? value)
        {
            var text = new StringBuilder();
            Write(text, value, 0);
            return text.ToString();
        }

        private static void Write(StringBuilder text, object? value, int depth)
        {
            if (depth > MaxDepth)
            {
                throw new FormatException($"values nested deeper than {MaxDepth}");
            }

            // A PSObject around a plain value is in the way; one that is an object itself is not.
            object? plain = value is PSObject wrapped && !(wrapped.BaseObject is PSCustomObject) ? wrapped.BaseObject : value;
            switch (plain)
            {
                case null:
                    text.Append("null");
                    return;
                case Raw raw:
                    text.Append(raw.Json);
                    return;
                case string words:
                    WriteText(text, words);
                    return;
                case char letter:
                    WriteText(text, letter.ToString());
                    return;
                case Enum name:
                    WriteText(text, name.ToString());
                    return;
                case bool flag:
                    text.Append(flag ? "true" : "false");
                    return;
                case SwitchParameter flag:
                    text.Append(flag ? "true" : "false");
                    return;
                case double number:
                    WriteDouble(text, number);
                    return;
                case float number:
                    WriteDouble(text, number);
                    return;
                case IDictionary dictionary:
                    WriteDictionary(text, dictionary, depth);
                    return;
                case PSObject document:
                    WriteObject(text, document, depth);
                    return;
                case IEnumerable items:
                    WriteArray(text, items, depth);
                    return;
                case IFormattable number when number is IConvertible convertible && IsNumber(convertible.GetTypeCode()):
                    text.Append(number.ToString(null, CultureInfo.InvariantCulture));
                    return;
                default:
                    throw new FormatException($"a value of type {plain.GetType().FullName}, for which there is no JSON");
            }
        }

        private static void WriteDictionary(StringBuilder text, IDictionary dictionary, int depth)
        {
            text.Append('{');
            int start = text.Length;
            foreach (DictionaryEntry entry in dictionary)
            {
                WriteMember(text, start, LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value, depth);
            }

            text.Append('}');
        }

        private static void WriteObject(StringBuilder text, PSObject document, int depth)
        {
            text.Append('{');
            int start = text.Length;
            foreach (PSPropertyInfo property in document.Properties)
            {
                if (property.MemberType == PSMemberTypes.NoteProperty)
                {
                    WriteMember(text, start, property.Name, property.Value, depth);
                }
            }

            text.Append('}');
        }

        private static void WriteArray(StringBuilder text, IEnumerable items, int depth)
        {
            text.Append('[');
            int start = text.Length;
            foreach (object? item in items)
            {
                Separate(text, start);
                Write(text, item, depth + 1);
            }

            text.Append(']');
        }

        private static void WriteMember(StringBuilder text, int start, string name, object? value, int depth)
        {
            Separate(text, start);
            WriteText(text, name);
            text.Append(':');
            Write(text, value, depth + 1);
        }

        private static void Separate(StringBuilder text, int start)
        {
            if (text.Length > start)
            {
                text.Append(',');
            }
        }

        private static void WriteDouble(StringBuilder text, double number)
        {
            if (double.IsNaN(number) || double.IsInfinity(number))
            {
                throw new FormatException($"the number {number}, for which there is no JSON");
            }

            text.Append(number.ToString("R", CultureInfo.InvariantCulture));
        }

        private static void WriteText(StringBuilder text, string words)
        {
            text.Append('"');
            foreach (char c in words)
            {
                switch (c)
                {
                    case '"':
                        text.Append("\\\"");
                        break;
                    case '\\':
                        text.Append("\\\\");
                        break;
                    default:
                        if (c < ' ')
                        {
                            text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                        }
                        else
                        {
                            text.Append(c);
                        }

                        break;
                }
            }

            text.Append('"');
        }

        private static bool IsNumber(TypeCode code) => code >= TypeCode.SByte && code <= TypeCode.UInt64 || code == TypeCode.Decimal;
    }
}
