using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>The service's documents as objects, with a type name for views and a few members that are not in the document.</summary>
    internal static class Document
    {
        internal static PSObject Collection(CosmiCollection source, string database)
        {
            PSObject result = Typed(source.Json, "Cosmi.Collection");
            Set(result, "AccountName", source.AccountName);
            Set(result, "Endpoint", source.Endpoint);
            Set(result, "Database", database);
            Set(result, "Offer", JsonReader.ReadObject(source.OfferJson));
            Set(result, "OfferAbsence", source.OfferAbsence);
            Set(result, "DatabaseOffer", JsonReader.ReadObject(source.DatabaseOfferJson));
            Set(result, "KeyAccess", source.KeyAccess);
            Set(result, "RequestCharge", source.RequestCharge);
            Set(result, "ActivityId", source.ActivityId);
            return result;
        }

        internal static PSObject Account(CosmiAccount source) => Typed(source.Json, "Cosmi.Account");

        internal static PSObject MadeAccount(CosmiResources source)
        {
            PSObject result = Typed(source.Json[0], "Cosmi.Account");
            result.TypeNames.Insert(0, "Cosmi.MadeAccount");
            Set(result, "Change", source.Change);
            return result;
        }

        private static PSObject Typed(string json, string typeName)
        {
            PSObject result = JsonReader.ReadObject(json) ?? new PSObject();
            result.TypeNames.Insert(0, typeName);
            return result;
        }

        internal static void Set(PSObject target, string name, object? value)
        {
            // Should the service ever send a member of this name, it is still in -AsJson.
            target.Properties.Remove(name);
            target.Properties.Add(new PSNoteProperty(name, value));
        }
    }
}
