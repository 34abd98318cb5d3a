using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Cosmi.Interop.Tests
{
    /// <summary>The bindings against include/cosmi.h: nothing missing, nothing invented, same shapes, same numbers.</summary>
    public sealed class HeaderTests
    {
        private static readonly string Header = Regex.Replace(
            File.ReadAllText(Path.Combine(Metadata("RepositoryRoot"), "include", "cosmi.h")), @"/\*.*?\*/|//[^\n]*", string.Empty, RegexOptions.Singleline);

        private static readonly FieldInfo[] Bound = typeof(NativeMethods)
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => typeof(Delegate).IsAssignableFrom(field.FieldType))
            .ToArray();

        public static string Metadata(string key) => typeof(HeaderTests).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key).Value!;

        [Fact]
        public void Every_function_is_bound_by_its_name()
        {
            string[] declared = Functions().Keys.Order(StringComparer.Ordinal).ToArray();

            Assert.True(declared.Length > 50, "The header could not be read.");
            Assert.Equal(declared, Bound.Select(field => field.Name).Order(StringComparer.Ordinal));
            Assert.All(Bound, field => Assert.Equal(field.Name + "_fn", field.FieldType.Name));
            Assert.All(Bound, field => Assert.NotNull(field.GetValue(NativeMethods.Current)));
        }

        [Fact]
        public void Every_function_has_the_shape_the_header_declares()
        {
            foreach ((string name, (string result, string[] parameters)) in Functions())
            {
                MethodInfo bound = Bound.Single(field => field.Name == name).FieldType.GetMethod("Invoke")!;
                Assert.True(Fits(result, bound.ReturnType), $"{name} returns {result}, bound as {bound.ReturnType.Name}");
                Assert.True(
                    parameters.Length == bound.GetParameters().Length,
                    $"{name} has {parameters.Length} parameters, bound with {bound.GetParameters().Length}");
                foreach ((string declared, ParameterInfo parameter) in parameters.Zip(bound.GetParameters()))
                {
                    Assert.True(Fits(declared, parameter.ParameterType), $"{name}: '{declared}' is bound as {parameter.ParameterType.Name}");
                }
            }
        }

        [Fact]
        public void The_abi_version_is_the_headers()
        {
            string value = Regex.Match(Header, @"#define COSMI_ABI_VERSION (\S+)").Groups[1].Value.TrimEnd('u', 'U', 'l', 'L');
            uint number = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                ? uint.Parse(value.Substring(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : uint.Parse(value, CultureInfo.InvariantCulture);

            Assert.Equal(NativeMethods.RequiredAbiVersion, number);
        }

        [Theory]
        [InlineData("STATUS", typeof(CosmiStatus))]
        [InlineData("IDENTITY_SOURCE", typeof(CosmiIdentitySource))]
        [InlineData("KEY_KIND", typeof(CosmiKeyKind))]
        [InlineData("KEY_ROLE", typeof(CosmiKeyRole))]
        [InlineData("OFFER_ABSENCE", typeof(CosmiOfferAbsence))]
        [InlineData("LOG_LEVEL", typeof(CosmiLogLevel))]
        [InlineData("CHANGE", typeof(CosmiChange))]
        [InlineData("THROUGHPUT_KIND", typeof(CosmiThroughputKind))]
        public void Every_constant_has_its_number(string prefix, Type type)
        {
            IEnumerable<string> declared = Regex.Matches(Header, $@"\bCOSMI_{prefix}_(\w+)\s*=\s*(\d+)")
                .Cast<Match>()
                .Select(match => match.Groups[1].Value.Replace("_", string.Empty) + "=" + match.Groups[2].Value);
            IEnumerable<string> known = Enum.GetValues(type).Cast<object>()
                .Select(value => value.ToString()!.ToUpperInvariant() + "=" + Convert.ToInt32(value, CultureInfo.InvariantCulture));

            Assert.Equal(declared.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
        }

        private static Dictionary<string, (string Result, string[] Parameters)> Functions() =>
            Regex.Matches(Header, @"^[ \t]*([\w \t\*]+?[\s\*])(cosmi_\w+)\s*\(([^()]*)\)\s*;", RegexOptions.Multiline)
                .Cast<Match>()
                .Where(match => !match.Groups[1].Value.Contains("typedef"))
                .ToDictionary(
                    match => match.Groups[2].Value,
                    match => (
                        Squeeze(Regex.Replace(match.Groups[1].Value, @"\bCOSMI_[A-Z_]+\b", string.Empty)),
                        match.Groups[3].Value.Trim() == "void"
                            ? Array.Empty<string>()
                            : match.Groups[3].Value.Split(',').Select(WithoutName).ToArray()));

        private static string WithoutName(string parameter) => Squeeze(Regex.Replace(parameter.Trim(), @"\w+$", string.Empty));

        private static string Squeeze(string text) =>
            Regex.Replace(text.Replace("const ", string.Empty).Replace("struct ", string.Empty).Replace("enum ", string.Empty), @"\s+", string.Empty);

        // What a C type may be on this side.
        private static bool Fits(string declared, Type type) => declared switch
        {
            "void" => type == typeof(void),
            "int32_t" or "cosmi_status" => type == typeof(int),
            "uint32_t" => type == typeof(uint),
            "uint64_t" => type == typeof(ulong),
            "int64_t" => type == typeof(long),
            "double" => type == typeof(double),
            "size_t" => type == typeof(UIntPtr),
            "size_t*" => type == typeof(UIntPtr).MakeByRefType(),
            "void*" => type == typeof(IntPtr),
            "char*" or "uint8_t*" => type == typeof(byte[]) || type == typeof(IntPtr),
            "cosmi_completion_fn" => type == typeof(cosmi_completion_fn),
            "cosmi_log_fn" => type == typeof(cosmi_log_fn),
            "cosmi_options*" => type == typeof(OptionsHandle) || type == typeof(IntPtr),
            "cosmi_client*" => type == typeof(ClientHandle) || type == typeof(IntPtr),
            "cosmi_account_ref*" => type == typeof(AccountReferenceHandle) || type == typeof(IntPtr),
            "cosmi_operation*" => type == typeof(OperationHandle) || type == typeof(IntPtr),
            "cosmi_options**" => type == typeof(OptionsHandle).MakeByRefType(),
            "cosmi_client**" => type == typeof(ClientHandle).MakeByRefType(),
            "cosmi_account_ref**" => type == typeof(AccountReferenceHandle).MakeByRefType(),
            "cosmi_operation**" => type == typeof(OperationHandle).MakeByRefType(),
            "cosmi_error**" => type == typeof(IntPtr).MakeByRefType(),
            _ => declared.StartsWith("cosmi_", StringComparison.Ordinal) && declared.EndsWith('*') && type == typeof(IntPtr),
        };
    }
}
