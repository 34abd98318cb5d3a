using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// What Azure Resource Manager says of databases and collections, as objects: the service's own definition, and where it is. The members have the
    /// names of the commands' parameters, so that the objects can be piped on.
    /// </summary>
    internal static class ResourceDocument
    {
        internal static PSObject Database(string? json, CosmiAccountReference account, string? database, CosmiChange change)
        {
            PSObject? resource = JsonReader.ReadObject(json);
            PSObject result = Typed(resource, "Cosmi.Database", database);
            Place(result, resource, account, database ?? Members.Member(result, "id")?.ToString(), change);
            return result;
        }

        internal static PSObject Collection(string? json, CosmiAccountReference account, string database, string? collection, CosmiChange change)
        {
            PSObject? resource = JsonReader.ReadObject(json);
            PSObject result = Typed(resource, "Cosmi.CollectionResource", collection);
            Place(result, resource, account, database, change);
            return result;
        }

        /// <summary>The definition alone; of something that is still being made, its name.</summary>
        private static PSObject Typed(PSObject? resource, string typeName, string? name)
        {
            object? definition = Members.Member(Members.Member(resource, "properties"), "resource");
            PSObject result = definition == null ? new PSObject() : PSObject.AsPSObject(definition);
            if (definition == null)
            {
                result.Properties.Add(new PSNoteProperty("id", name));
            }

            result.TypeNames.Insert(0, typeName);
            return result;
        }

        private static void Place(PSObject result, PSObject? resource, CosmiAccountReference account, string? database, CosmiChange change)
        {
            string? id = Members.Member(resource, "id") as string;
            string[]? segments = id?.Split('/');
            string? Segment(int index) => segments != null && segments.Length > index ? segments[index] : null;
            Document.Set(result, "AccountName", Segment(8) ?? account.Name);
            Document.Set(result, "SubscriptionId", Segment(2) ?? account.SubscriptionId);
            Document.Set(result, "ResourceGroupName", Segment(4) ?? account.ResourceGroup);
            Document.Set(result, "Database", database);
            Document.Set(result, "ArmId", id);
            Document.Set(result, "Change", change);
        }
    }
}
