BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiDatabase' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiDatabase | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Name|Database [String[]] All@0<value<name'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'lists the databases of an account' {
        $databases = Get-CosmiDatabase -AccountName myaccount
        @($databases.Database) | Should -Be @('Test', 'Shared', 'Auto', ('{0}ben & Mehr' -f [char] 0xDC), 'D')
        $databases[0].PSObject.TypeNames[0] | Should -Be 'Cosmi.Database'
        $databases[0].id | Should -Be 'Test'
        $databases[0].AccountName | Should -Be 'myaccount'
        $databases[0].SubscriptionId | Should -Be $simulator.subscriptionId
        $databases[0].ResourceGroupName | Should -Be 'rg'
        $databases[0].ArmId | Should -BeLike '*/databaseAccounts/myaccount/sqlDatabases/Test'
        $databases[0].Timestamp | Should -BeOfType ([System.DateTimeOffset])
        $databases[0].Change | Should -Be 'None'
    }

    It 'needs no key, so it works where there is none' {
        (Get-CosmiDatabase -AccountName keylessaccount).Database | Should -Be 'Test'
        $journal = Get-SimulatorJournal -Simulator $simulator
        @($journal.face | Sort-Object -Unique) | Should -Be @('arm', 'imds')
        @($journal | Where-Object { $_.target -match 'keys' }) | Should -BeNullOrEmpty
    }

    It 'gets databases by name, in any letters, in their order' {
        $name = '{0}ben & Mehr' -f [char] 0xDC
        @((Get-CosmiDatabase -AccountName myaccount -Name Test, $name).Database) | Should -Be @('Test', $name)
        @(('D', 'Test' | Get-CosmiDatabase -AccountName myaccount).Database) | Should -Be @('D', 'Test')
    }

    It 'takes accounts from the pipeline for all of their databases' {
        $databases = Get-CosmiAccount -AccountName readeraccount, serverlessaccount | Get-CosmiDatabase
        @($databases.AccountName) | Should -Be @('readeraccount', 'serverlessaccount')
        @(Get-CosmiAccount -AccountName myaccount | Get-CosmiDatabase -Name D).Count | Should -Be 1
    }

    It 'takes a resource id and the session''s account' {
        $id = (Get-CosmiAccount -AccountName myaccount).id
        @(Get-CosmiDatabase -ResourceId $id).Count | Should -Be 5
        $null = Connect-CosmiAccount -AccountName serverlessaccount
        (Get-CosmiDatabase).AccountName | Should -Be 'serverlessaccount'
    }

    It 'can be piped on to its collections' {
        $collections = Get-CosmiDatabase -AccountName myaccount -Name D, Test | Get-CosmiCollection
        @($collections.Name) | Should -Be @('A', 'B', 'C', 'Test')
        @($collections.Database) | Should -Be @('D', 'D', 'D', 'Test')
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that there is no such database'; Arguments = @{ AccountName = 'myaccount'; Name = 'Tset' }; Id = 'Cosmi.NotFound'; Category = 'ObjectNotFound'; Target = 'Tset' }
        @{ What = 'that a name cannot be one'; Arguments = @{ AccountName = 'myaccount'; Name = 'a/b' }; Id = 'Cosmi.InvalidArgument'; Category = 'InvalidArgument'; Target = 'a/b' }
        @{ What = 'that there is no such account'; Arguments = @{ AccountName = 'nosuchaccount' }; Id = 'Cosmi.NotFound'; Category = 'ObjectNotFound'; Target = 'nosuchaccount' }
    ) {
        $failure = Invoke-Failing { Get-CosmiDatabase @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be $Category
        $failure.Target | Should -Be $Target
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
