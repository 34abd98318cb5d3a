using System.Collections.Generic;
using System.Linq;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

// What the tests use of System.Text.Json, which .NET Framework does not have, under its own names.
namespace System.Text.Json
{
    internal enum JsonValueKind
    {
        Object,
        Array,
        String,
        Number,
        True,
        False,
        Null,
    }

    internal sealed class JsonDocument
    {
        private JsonDocument(JsonElement root) => RootElement = root;

        internal JsonElement RootElement { get; }

        internal static JsonDocument Parse(string json)
        {
            using var text = new IO.StringReader(json);
            using var reader = new JsonTextReader(text) { DateParseHandling = DateParseHandling.None };
            JToken root = JToken.ReadFrom(reader);
            while (reader.Read())
            {
                if (reader.TokenType != JsonToken.Comment)
                {
                    throw new JsonReaderException("Something follows the JSON: " + json);
                }
            }

            return new JsonDocument(new JsonElement(root));
        }
    }

    public readonly struct JsonElement
    {
        private readonly JToken _token;

        internal JsonElement(JToken token) => _token = token;

        internal JsonValueKind ValueKind => _token.Type switch
        {
            JTokenType.Object => JsonValueKind.Object,
            JTokenType.Array => JsonValueKind.Array,
            JTokenType.String => JsonValueKind.String,
            JTokenType.Integer or JTokenType.Float => JsonValueKind.Number,
            JTokenType.Boolean => (bool)_token ? JsonValueKind.True : JsonValueKind.False,
            JTokenType.Null => JsonValueKind.Null,
            _ => throw new InvalidOperationException("JSON has no " + _token.Type),
        };

        internal JsonElement this[int index] => new JsonElement(((JArray)_token)[index]);

        internal JsonElement GetProperty(string name) => new JsonElement(((JObject)_token)[name] ?? throw new KeyNotFoundException(name));

        internal string? GetString() => ValueKind is JsonValueKind.String or JsonValueKind.Null ? (string?)_token : throw new InvalidOperationException("no string: " + _token);

        internal int GetInt32() => ValueKind == JsonValueKind.Number ? (int)_token : throw new InvalidOperationException("no number: " + _token);

        internal long GetInt64() => ValueKind == JsonValueKind.Number ? (long)_token : throw new InvalidOperationException("no number: " + _token);

        internal bool GetBoolean() => (bool)_token;

        internal string GetRawText() => _token.ToString(Formatting.None);

        internal IEnumerable<JsonElement> EnumerateArray() => ((JArray)_token).Select(item => new JsonElement(item));

        internal IEnumerable<JsonProperty> EnumerateObject() => ((JObject)_token).Properties().Select(property => new JsonProperty(property.Name, new JsonElement(property.Value)));
    }

    internal readonly struct JsonProperty
    {
        internal JsonProperty(string name, JsonElement value)
        {
            Name = name;
            Value = value;
        }

        internal string Name { get; }

        internal JsonElement Value { get; }
    }
}
