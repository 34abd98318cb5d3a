using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an account's databases: all, or the named ones.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiDatabase", DefaultParameterSetName = AccountSet)]
    [OutputType("Cosmi.Database")]
    public sealed class GetCosmiDatabaseCommand : CosmiResourceCmdlet
    {
        /// <summary>The databases' names.</summary>
        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Database")]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [Names]
        public string[]? Name { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            if (Name == null || (Name.Length == 1 && IsAccountsOwn(Name[0], AccountName)))
            {
                Enqueue(Target(account), (options, stop) => Connection.Native.ListDatabasesAsync(account, options, stop), found => Write(found, account));
                return;
            }

            foreach (string name in Name)
            {
                Enqueue(name, (options, stop) => Connection.Native.GetDatabaseAsync(account, name, options, stop), found => Write(found, account));
            }
        }

        private void Write(CosmiResources found, CosmiAccountReference account)
        {
            foreach (string json in found.Json)
            {
                PSObject database = ResourceDocument.Database(json, account, null, found.Change);
                Remember(database.Properties["AccountName"].Value as string, database.Properties["Database"].Value as string, null);
                WriteObject(database);
            }
        }
    }
}
