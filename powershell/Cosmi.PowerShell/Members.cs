using System;
using System.Collections;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>
    /// The members that Cosmi.Types.ps1xml adds to accounts and collections, which are the service's own documents. Each is read from the
    /// document whenever it is asked for; of what the document lacks, null. Compiled, because script members slow the import down.
    /// </summary>
    public static class Members
    {
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

        /// <summary>KeysAllowed in the words of the account's view.</summary>
        public static object? KeysText(PSObject instance) => LanguagePrimitives.IsTrue(KeysAllowed(instance)) ? "allowed" : "off";

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
                default:
                    return "none found";
            }
        }

        private static string? OfferText(object? offer)
        {
            object? maximum = OfferMaxThroughput(offer);
            if (maximum != null)
            {
                return $"{maximum} RU/s at most (autoscale)";
            }

            object? throughput = OfferThroughput(offer);
            return throughput == null ? null : $"{throughput} RU/s";
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

        private static object? Member(object? document, string name) =>
            document == null ? null : PSObject.AsPSObject(document).Properties[name]?.Value;
    }
}
