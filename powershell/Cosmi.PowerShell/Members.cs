using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>
    /// The members that Cosmi.Types.ps1xml adds to objects: what accounts and collections, which are the service's own documents, say of
    /// themselves (null where a document does not), and the texts of views. Compiled, because scripts slow the import down, and constrained
    /// language mode keeps them from calling methods.
    /// </summary>
    public static class Members
    {
        // What a window of 80 columns leaves beside the other columns, or beside the names of a list.
        private const int TextWidth = 59;

        /// <summary>An account's name.</summary>
        public static object? AccountName(PSObject instance) => Member(instance, "name");

        /// <summary>An account's subscription.</summary>
        public static object? SubscriptionId(PSObject instance) => IdSegment(instance, 2);

        /// <summary>An account's resource group.</summary>
        public static object? ResourceGroupName(PSObject instance) => IdSegment(instance, 4);

        /// <summary>An account's endpoint.</summary>
        public static object? Endpoint(PSObject instance) => Member(Member(instance, "properties"), "documentEndpoint");

        /// <summary>Whether an account is Provisioned or Serverless.</summary>
        public static object? CapacityMode(PSObject instance)
        {
            object? properties = Member(instance, "properties");
            if (properties == null)
            {
                return null;
            }

            object? mode = Member(properties, "capacityMode");
            return LanguagePrimitives.IsTrue(mode) ? mode
                : HasCapability(properties, "EnableServerless") ? "Serverless"
                : "Provisioned";
        }

        /// <summary>Whether an account takes keys.</summary>
        public static object? KeysAllowed(PSObject instance)
        {
            object? properties = Member(instance, "properties");
            return properties == null ? null : (object)!LanguagePrimitives.IsTrue(Member(properties, "disableLocalAuth"));
        }

        /// <summary>A collection's name.</summary>
        public static object? Name(PSObject instance) => Member(instance, "id");

        /// <summary>The path of a collection's partition key; where there are several, an array.</summary>
        public static object? PartitionKeyPath(PSObject instance)
        {
            object? paths = Member(Member(instance, "partitionKey"), "paths");
            return !(paths is object[] list) ? paths
                : list.Length == 0 ? null
                : list.Length == 1 ? list[0]
                : list;
        }

        /// <summary>When a collection was changed last.</summary>
        public static object? Timestamp(PSObject instance)
        {
            object? seconds = Member(instance, "_ts");
            return seconds != null && LanguagePrimitives.TryConvertTo(seconds, out long value)
                ? DateTimeOffset.FromUnixTimeSeconds(value)
                : (object?)null;
        }

        /// <summary>The RU/s of a collection's own offer.</summary>
        public static object? Throughput(PSObject instance) => OfferThroughput(Member(instance, "Offer"));

        /// <summary>The RU/s that a collection's own offer scales to at most.</summary>
        public static object? MaxThroughput(PSObject instance) => OfferMaxThroughput(Member(instance, "Offer"));

        /// <summary>A collection's throughput in words, or why there is none to show.</summary>
        public static object? ThroughputText(PSObject instance)
        {
            switch (Member(instance, "OfferAbsence")?.ToString())
            {
                case nameof(CosmiOfferAbsence.Present):
                    return OfferText(Member(instance, "Offer"));
                case nameof(CosmiOfferAbsence.SharedThroughput):
                    return "shared: " + OfferText(Member(instance, "DatabaseOffer"));
                case nameof(CosmiOfferAbsence.Serverless):
                    return "serverless";
                case nameof(CosmiOfferAbsence.NotPermitted):
                    return "not permitted to see";
                case nameof(CosmiOfferAbsence.LocalAuthDisabled):
                    return "not told without a key";
                default:
                    return "none found";
            }
        }

        /// <summary>When a token ends, for its view.</summary>
        public static object? ExpiresOnText(PSObject instance) =>
            Member(instance, "ExpiresOn") is DateTimeOffset time ? Local(time, "yyyy-MM-dd HH:mm:ss zzz") : null;

        /// <summary>A token, or how long it is, for its view.</summary>
        public static object? TokenText(PSObject instance)
        {
            object? value = Member(instance, "Value");
            return value is SecureString secret ? $"(SecureString, {secret.Length} characters)" : value;
        }

        /// <summary>Why a source was chosen, for an environment's view.</summary>
        public static object? ReasonText(PSObject instance) => Member(instance, "Reason") is string reason ? Wrapped(reason) : null;

        /// <summary>The names of the variables that are set, for an environment's view.</summary>
        public static object? VariablesSeenText(PSObject instance) =>
            Member(instance, "VariablesSeen") is IReadOnlyList<string> names && names.Count > 0 ? Wrapped(string.Join(", ", names)) : "(none)";

        /// <summary>A key, where it is no secret, for its view.</summary>
        public static object? KeyText(PSObject instance) => SecretText(Member(instance, "Key"));

        /// <summary>A connection string, where it is no secret, for its view.</summary>
        public static object? ConnectionStringText(PSObject instance) => SecretText(Member(instance, "Value"));

        /// <summary>Whether an account takes keys, for its view.</summary>
        public static object? KeysText(PSObject instance) => LanguagePrimitives.IsTrue(KeysAllowed(instance)) ? "allowed" : "off";

        /// <summary>The paths of a collection's partition key, for its view.</summary>
        public static object? PartitionKeyText(PSObject instance)
        {
            object? path = PartitionKeyPath(instance);
            return path is object[] paths ? string.Join(", ", paths) : path;
        }

        /// <summary>When a collection was changed last, for its view.</summary>
        public static object? ChangedText(PSObject instance) =>
            Timestamp(instance) is DateTimeOffset time ? Local(time, "yyyy-MM-dd HH:mm") : null;

        /// <summary>What a check found and what to do about it, for its view.</summary>
        public static object? DetailText(PSObject instance)
        {
            object? action = Member(instance, "Action");
            object? detail = Member(instance, "Detail");
            return Wrapped(action == null ? $"{detail}" : $"{detail}{System.Environment.NewLine}-> {action}");
        }

        /// <summary>A client's cloud, for its view.</summary>
        public static object? CloudText(PSObject instance) => Member(instance, "Cloud") ?? "(found out on first use)";

        /// <summary>A client's account, for its view.</summary>
        public static object? AccountText(PSObject instance) =>
            Member(instance, "AccountName") ?? Member(instance, "Endpoint") ?? "(named with each command)";

        /// <summary>The text in lines that end between words: views break a longer line anywhere, names of variables too.</summary>
        private static string Wrapped(string text)
        {
            var wrapped = new StringBuilder();
            foreach (string line in text.Split(new[] { System.Environment.NewLine }, StringSplitOptions.None))
            {
                wrapped.Append(wrapped.Length == 0 ? string.Empty : System.Environment.NewLine);
                int length = 0;
                foreach (string word in line.Split(' '))
                {
                    if (length > 0 && length + 1 + word.Length > TextWidth)
                    {
                        wrapped.Append(System.Environment.NewLine);
                        length = 0;
                    }
                    else if (length > 0)
                    {
                        wrapped.Append(' ');
                        length++;
                    }

                    wrapped.Append(word);
                    length += word.Length;
                }
            }

            return wrapped.ToString();
        }

        // Written alike everywhere: in some cultures the year would be another calendar's, and the time have other separators.
        private static string Local(DateTimeOffset time, string format) => time.ToLocalTime().ToString(format, CultureInfo.InvariantCulture);

        private static object? SecretText(object? value) => value is SecureString ? "(SecureString)" : value;

        private static string? OfferText(object? offer)
        {
            object? maximum = OfferMaxThroughput(offer);
            if (maximum != null)
            {
                return ResourceMembers.Amount(CosmiThroughputKind.Autoscale, maximum);
            }

            object? throughput = OfferThroughput(offer);
            return throughput == null ? null : ResourceMembers.Amount(CosmiThroughputKind.Manual, throughput);
        }

        private static object? OfferThroughput(object? offer) => Member(Member(offer, "content"), "offerThroughput");

        private static object? OfferMaxThroughput(object? offer) =>
            Member(Member(Member(offer, "content"), "offerAutopilotSettings"), "maxThroughput");

        private static bool HasCapability(object properties, string name)
        {
            if (Member(properties, "capabilities") is IEnumerable capabilities)
            {
                foreach (object? capability in capabilities)
                {
                    if (string.Equals(Member(capability, "name")?.ToString(), name, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }

            return false;
        }

        /// <summary>A part of a resource id: /subscriptions/ID/resourceGroups/GROUP/…</summary>
        private static string? IdSegment(PSObject instance, int index)
        {
            string[]? segments = Member(instance, "id")?.ToString()?.Split('/');
            return segments != null && index < segments.Length ? segments[index] : null;
        }

        internal static object? Member(object? document, string name) =>
            document == null ? null : PSObject.AsPSObject(document).Properties[name]?.Value;
    }
}
