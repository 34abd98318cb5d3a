using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command about the throughput of a database or collection.</summary>
    public abstract class CosmiThroughputCmdlet : CosmiResourceCmdlet
    {
        /// <summary>The database.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("DatabaseName")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [AfterResourceId]
        public string Database { get; set; } = string.Empty;

        /// <summary>The collection; without it the database's own throughput is meant.</summary>
        [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
        [Alias("Collection", "Container")]
        [ArgumentCompleter(typeof(CollectionCompleter))]
        [AfterResourceId]
        public string? Name { get; set; }

        /// <summary>The collection that is meant; null: the database itself.</summary>
        private protected string? Collection => string.IsNullOrEmpty(Name) || IsAccountsOwn(Name, AccountName) ? null : Name;

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            base.BeginProcessing();
            // From the pipeline an empty name means the database. Written out it is a variable that was not set.
            if (Name?.Length == 0)
            {
                Refuse("the collection's name is empty", "give -Name a name, or leave it out for the database's own throughput", Database);
            }
        }

        private protected void Write(CosmiResources found, CosmiAccountReference account, string database, string? collection, CosmiThroughput? wished)
        {
            Remember(account.Name, database, collection);
            WriteObject(new Throughput(found, account.Name, database, collection, wished));
        }
    }
}
